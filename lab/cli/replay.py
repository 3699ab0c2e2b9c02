"""`lab replay`: an earlier session, or one that runs, from its journal alone."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lab.cli.screen import Screen
    from lab.model.state import LabState


@click.command(short_help="Tell a session again from its journal.")
@click.argument("journal", metavar="JOURNAL|SESSION")
@click.option("--follow", is_flag=True, help="Go on while the session runs, until it ends.")
@click.option("--text", is_flag=True, help="Print it, also where there is a terminal to show it in.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object; the timeline goes to standard error.")
def command(journal: str, follow: bool, text: bool, as_json: bool) -> int:
    """Tell a session again: its timeline, scorecard and expectations, from its journal alone.

    In a terminal it opens the screens of the lab, with the session's time to wind forward and back. Elsewhere,
    and with --text or --json, it is printed, and the exit code is the session's: 0 if all held, 1 if not.

    \b
    Examples:
      lab replay brisk-otter-4f2a            a session that `lab sessions` lists
      lab replay brisk-otter-4f2a --text     its timeline and scorecard, printed
      lab replay run.jsonl --json            a journal file, for programs
      lab replay brisk-otter-4f2a --follow   watch a session that runs in another terminal
    """
    from lab.cli.recorded import find
    from lab.cli.screen import Screen
    from lab.cli.terminal import in_a_terminal
    from lab.journal import JournalError
    from lab.report.result import succeeded

    recorded = find(journal)
    path = recorded.path
    if not (text or as_json) and in_a_terminal():
        from lab.tui.run import run

        return run(path, watching=follow)
    screen = Screen(as_json)
    with screen.live():
        state = _tell(screen, path, recorded.wait if follow else None)
    try:
        screen.finish(state, None, f"journal {path}")
    except ArithmeticError as error:
        raise JournalError(f"{path} holds figures that cannot be: {error}") from error
    return 0 if succeeded(state) else 1


def _tell(screen: "Screen", path: "Path", wait: "Callable[[], bool] | None") -> "LabState":
    from lab.cli.recorded import folded
    from lab.journal import JournalError, follow, read
    from lab.model.state import LabState

    state = LabState()
    for event, after in folded(path, follow(path, wait) if wait else read(path)):
        state = after
        try:
            screen.show(event, state)
        except (LookupError, ValueError, ArithmeticError) as error:
            raise JournalError(f"{path}: this event cannot be told ({type(error).__name__}: {error})") from error
    return state
