"""Whether there is somebody who can see screens and press keys."""

import os
import sys


def in_a_terminal() -> bool:
    """Whether a person sits at both ends: neither input nor output is a file or a pipe, or they lead to a browser."""
    in_a_browser = "TEXTUAL_DRIVER" in os.environ
    return in_a_browser or (sys.stdin.isatty() and sys.stdout.isatty())
