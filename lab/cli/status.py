"""`lab status`: how a session stands, in plain text."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lab.model.state import LabState

EVERY = 1.0
"""Seconds between two looks, at least."""


@click.command(short_help="Say how a session stands, in plain text.")
@click.argument("session", metavar="[SESSION|JOURNAL]", required=False)
@click.option("--watch", is_flag=True, help="Say it again whenever something has changed, until the session ends.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a time, as `lab play --json` does.")
def command(session: str | None, watch: bool, as_json: bool) -> int:
    """Say how SESSION stands, or the one that runs, or else the newest: servers, versions, traffic, drift.

    The same as the screens show, as lines that a screen reader can read and a script can use. With --watch it is
    said again when servers, versions, traffic or drift have changed, at most once a second.

    \b
    Examples:
      lab status                      the session that runs
      lab status --watch              and what becomes of it
      lab status brisk-otter-4f2a     a certain one
      lab status --json | jq .fleets  for programs
    """
    from lab.cli.recorded import find, folded
    from lab.journal import JournalError, read
    from lab.model.state import LabState

    path, wait = find(session)
    if watch:
        return _watch(path, wait, as_json)
    state = LabState()
    for _, after in folded(path, read(path)):
        state = after
    try:
        _say(state, as_json)
    except ArithmeticError as error:
        raise JournalError(f"{path} holds figures that cannot be: {error}") from error
    return 0


def _watch(path: "Path", wait: "Callable[[], bool]", as_json: bool) -> int:
    """Say it now, and after every change that is worth it."""
    import time

    from lab.cli.recorded import folded
    from lab.journal import follow
    from lab.model.events import SessionClosed, TrafficCounted
    from lab.model.state import LabState

    state, said, at = LabState(), LabState(), float("-inf")
    news = False

    def pause() -> bool:
        """There is nothing more to read just now: time to say what has been read."""
        nonlocal news, said, at
        if news and time.monotonic() - at >= EVERY:
            _say(state, as_json)
            news, said, at = False, state, time.monotonic()
        return wait()

    for event, after in folded(path, follow(path, pause)):
        state = after
        news = news or not isinstance(event, TrafficCounted)
        if isinstance(event, SessionClosed):
            break
    if state is not said:
        _say(state, as_json)
    return 0


def _say(state: "LabState", as_json: bool) -> None:
    import json

    from lab.report.result import as_object
    from lab.report.status import standing

    text = json.dumps(as_object(state, None), ensure_ascii=False) if as_json else "\n".join([*standing(state), ""])
    click.echo(text)
