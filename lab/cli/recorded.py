"""Which journal is meant on the command line, and how to wait for more of it."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from lab import sessions
from lab.engines.base import LabError
from lab.journal import JournalError
from lab.model.events import Event
from lab.model.state import LabState, fold

POLL = 0.1
"""Seconds between two looks at a journal that grows."""


class NoSessionError(LabError):
    """No session has run here yet."""


def find(name: str | None) -> tuple[Path, Callable[[], bool]]:
    """The journal of a session or at a path, or else of the newest session, one that runs before others.

    With it, how to wait for more: as long as its lab lives, or, for a path, for ever. Raises `NoSessionError`.
    """
    if name is None:
        found: sessions.Session | None = newest()
    else:
        found = None if Path(name).exists() else sessions.find(name)

    def wait() -> bool:
        time.sleep(POLL)
        return found is None or found.alive

    return (found.journal if found else Path(name or "")), wait


def newest() -> sessions.Session:
    """The newest session that runs, or else the newest of all. Raises `NoSessionError`."""
    entries = sessions.listed()
    if not entries:
        raise NoSessionError("no session has run here yet: `lab` begins one, or `lab play pets-and-cattle`.")
    return next((entry for entry in entries if entry.state == "running"), entries[0]).session


def folded(path: Path, events: Iterator[Event]) -> Iterator[tuple[Event, LabState]]:
    """Each event with the state after it. Raises `JournalError` for one that does not fit."""
    state = LabState()
    for number, event in enumerate(events, 1):
        try:
            state = fold(state, event)
        except (LookupError, ValueError, ArithmeticError) as error:
            raise JournalError(
                f"{path}, line {number}: this event does not fit what came before it ({type(error).__name__}: {error})"
            ) from error
        yield event, state
