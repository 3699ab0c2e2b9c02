"""`lab status`: how a session stands, in plain text."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from lab.cli.recorded import Recorded
    from lab.model.state import LabState

EVERY = 1.0
"""Seconds between two looks, at least."""


@click.command(short_help="Say how a session stands, in plain text.")
@click.argument("session", metavar="[SESSION|JOURNAL]", required=False)
@click.option("--watch", is_flag=True, help="Say it again whenever something has happened, until the session ends.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print the object of `lab play --json`, with `phase`, on one line."
)
def command(session: str | None, watch: bool, as_json: bool) -> int:
    """Say how SESSION stands, or the one that runs, or else the newest: servers, versions, traffic, drift.

    The same as the screens show, as lines that a screen reader can read and a script can use. With --watch it is
    said again when servers, versions, routing or drift have changed or requests were lost, at most once a second;
    requests that are answered, and time, are not news by themselves.

    \b
    Examples:
      lab status                      the session that runs
      lab status --watch              and what becomes of it
      lab status brisk-otter-4f2a     a certain one
      lab status run.jsonl            a journal file
      lab status --json | jq .fleets  for programs
    """
    from lab.cli.recorded import find, folded
    from lab.journal import JournalError, read
    from lab.model.state import LabState

    recorded = find(session)
    alive = recorded.alive  # asked before the journal is read: what is closed meanwhile was not killed
    try:
        if watch and alive:
            _watch(recorded, as_json)
            return 0
        state = LabState()
        for _, after in folded(recorded.path, read(recorded.path)):
            state = after
        _say(state, as_json, killed=not alive)
    except ArithmeticError as error:
        raise JournalError(f"{recorded.path} holds figures that cannot be: {error}") from error
    return 0


def _watch(recorded: "Recorded", as_json: bool) -> None:
    """Say it now, and again whenever something has happened, until the session has ended or its lab is gone."""
    import time

    from lab.cli.recorded import folded
    from lab.journal import follow
    from lab.model.state import LabState
    from lab.report.status import standing

    state, said, looked = LabState(), [""], float("-inf")

    def pause() -> bool:
        """All is read that there is just now: a time to look."""
        nonlocal looked
        if time.monotonic() - looked >= EVERY:
            looked = time.monotonic()
            tell(killed=False)
        return recorded.wait()

    def tell(killed: bool) -> None:
        nonlocal said
        if (now := standing(state, killed, counting=False)) != said:
            said = now
            _say(state, as_json, killed)

    for _, after in folded(recorded.path, follow(recorded.path, pause)):
        state = after
    tell(killed=True)


def _say(state: "LabState", as_json: bool, killed: bool) -> None:
    import json

    from lab.report.result import as_object
    from lab.report.status import phase, standing

    if as_json:
        click.echo(json.dumps({"phase": phase(state, killed), **as_object(state, None)}, ensure_ascii=False))
    else:
        click.echo("\n".join([*standing(state, killed), ""]))
