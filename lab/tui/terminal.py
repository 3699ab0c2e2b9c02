"""The terminal itself: what comes in from it, and how it is handed over to a shell in a container and taken back."""

import codecs
import shlex
import signal
import subprocess
import sys
from functools import partial

from lab.model.shell import Shell
from lab.report.timeline import line
from lab.tui.picture import Picture


def take_any_bytes() -> None:
    """Let bytes that are no UTF-8 come in as `�`: Textual's driver would fall over them, and the keyboard with it."""
    try:
        from textual.drivers import linux_driver
    except ImportError:  # Windows has another one, which gets characters
        return
    vars(linux_driver)["getincrementaldecoder"] = lambda name: partial(codecs.getincrementaldecoder(name), "replace")


def be_in(shell: Shell) -> None:
    """Run the shell in this terminal until it is left. Blocks: nothing is drawn meanwhile."""
    about = (
        f"You are in {shell.server.name}, a copy of {shell.asked.name}: what you do here is gone when you leave."
        if shell.throwaway
        else f"You are on {shell.server.name} itself."
    )
    print(f"\n{about}\n$ {shlex.join(shell.argv)}\n(exit or ctrl+d leads back to the lab)\n", flush=True)
    before = signal.signal(signal.SIGINT, lambda number, frame: None)  # ctrl+c is the shell's
    try:
        subprocess.run(shell.argv, check=False)
    except OSError as error:
        print(f"cannot run {shell.argv[0]}: {error.strerror}. Press enter.", file=sys.stderr)
        input()
    finally:
        signal.signal(signal.SIGINT, before)


def left_behind(picture: Picture) -> str:
    """What the last shell left behind, in words."""
    told = line(picture.shell, picture.state) if picture.shell else None
    return told.text if told else ""
