"""Which journal is meant on the command line, and how to wait for more of it."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Recorded:
    """A journal, and the session that writes it, or wrote it. Of a journal at a path no session is known."""

    path: Path
    session: sessions.Session | None

    @property
    def alive(self) -> bool:
        """Whether its lab lives, as far as anyone can tell."""
        return self.session is None or self.session.alive

    def wait(self) -> bool:
        """Wait a moment for more; whether there may come more. For a journal at a path that is for ever."""
        time.sleep(POLL)
        return self.alive


def find(name: str | None) -> Recorded:
    """What is recorded under a name or at a path, or else of the newest session, one that runs before others.

    Raises `NoSessionError`.
    """
    if name is None:
        session: sessions.Session | None = newest()
    else:
        session = None if Path(name).exists() else sessions.find(name)
    return Recorded(session.journal if session else Path(name or ""), session)


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
