"""Whether there is somebody who can see screens and press keys."""

import sys


def in_a_terminal() -> bool:
    """Whether a person sits at both ends: neither input nor output is a file or a pipe."""
    return sys.stdin.isatty() and sys.stdout.isatty()
