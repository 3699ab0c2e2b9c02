"""The terminal UI from its opening to its end; whatever ends it, no session is left without a word."""

import sys
from contextlib import suppress
from pathlib import Path

import click

from lab.tui.app import LabApp
from lab.tui.settings import load

TURN = 0.001
"""Seconds that a session's thread may keep the interpreter while a key press waits for it."""


def run(journal: Path | None = None, *, watching: bool = False) -> int:
    """Open the terminal UI, at home or at a journal; the exit code. Raises `LabError` for wrong settings.

    With `watching` the newest of the journal is shown, as it grows, and nothing can be ordered.
    """
    app = LabApp(load(), journal, watching)
    sys.setswitchinterval(TURN)
    try:
        app.run()
    finally:
        _end(app)
    if app.fault:
        raise app.fault
    return app.return_code or 0


def _end(app: LabApp) -> None:
    """However the screens ended: the session ends, and what stays of it is said."""
    live = app.live
    if live is None:
        return
    if not live.ended:
        _say(f"removing what session {live.name} made …", err=True)
        live.close()
        live.wait()
    if live.error:
        _say(f"session {live.name} ended early: {live.error}", err=True)
        _say("`lab down` removes what may be left of it.", err=True)
    elif live.kept:
        _say(f"session {live.name} goes on running; `lab down` removes it.")
    if live.journal:
        _say(f"Its journal: {live.journal}. Look at it again with `lab replay {live.name}`.")


def _say(text: str, err: bool = False) -> None:
    """Say it, if there is still a terminal to say it on."""
    with suppress(OSError):
        click.echo(text, err=err)
