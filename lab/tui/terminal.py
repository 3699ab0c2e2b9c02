"""The terminal itself, handed over to a shell in a container and taken back."""

import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from lab.model.shell import Shell
from lab.report.timeline import line
from lab.tui.picture import Picture

ENDING = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
"""Signals by which somebody wants the lab to end."""


def be_in(shell: Shell) -> None:
    """Run the shell in this terminal until it is left. Blocks: nothing is drawn meanwhile."""
    about = (
        f"You are in {shell.server.name}, a copy of {shell.asked.name}: what you do here is gone when you leave."
        if shell.throwaway
        else f"You are on {shell.server.name} itself."
    )
    print(f"\n{about}\n$ {shlex.join(shell.argv)}\n(exit or ctrl+d leads back to the lab)\n", flush=True)
    try:
        process = subprocess.Popen(shell.argv)
    except OSError as error:
        print(f"cannot run {shell.argv[0]}: {error.strerror}. Press enter.", file=sys.stderr)
        input()
        return
    with _signals_for(process):
        process.wait()


@contextmanager
def _signals_for(process: "subprocess.Popen[bytes]") -> Iterator[None]:
    """ctrl+c is the shell's; what ends the lab ends the shell first. The loop hears of it too, as soon as it runs."""
    handlers = {number: lambda *_: process.terminate() for number in ENDING} | {signal.SIGINT: lambda *_: None}
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def left_behind(picture: Picture) -> str:
    """What the last shell left behind, in words."""
    told = line(picture.shell, picture.state) if picture.shell else None
    return told.text if told else ""
