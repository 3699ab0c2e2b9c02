"""The terminal UI from its opening to its end; whatever ends it, no session is left without a word."""

from pathlib import Path

import click

from lab.tui.app import LabApp
from lab.tui.settings import load
from lab.tui.terminal import take_any_bytes


def run(journal: Path | None = None, *, watching: bool = False) -> int:
    """Open the terminal UI, at home or at a journal; the exit code. Raises `LabError` for wrong settings.

    With `watching` the newest of the journal is shown, as it grows, and nothing can be ordered.
    """
    take_any_bytes()
    app = LabApp(load(), journal, watching)
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
        click.echo(f"removing what session {live.name} made …", err=True)
        live.close()
        live.wait()
    if live.error:
        click.echo(f"session {live.name} ended early: {live.error}", err=True)
        click.echo("`lab down` removes what may be left of it.", err=True)
    elif live.kept:
        click.echo(f"session {live.name} goes on running; `lab down` removes it.")
    if live.journal:
        click.echo(f"Its journal: {live.journal}. Look at it again with `lab replay {live.name}`.")
