"""A journal that can be wound to any moment, while it grows.

Seeking is folding: from the nearest moment before that is remembered, over the journal's own events. So a live
session is scrubbed back, a replay is played, and a viewer follows, all by the same means. Everything here blocks.
"""

from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path

from lab.journal import JournalError, read_on
from lab.model.events import Event
from lab.tui.picture import Picture

REMEMBERED = 128
"""Moments that are remembered, spread evenly over the journal; winding back begins at one of them."""

APART = 500
"""Events between two of them in a short journal."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the journal: after `offset` bytes, where the lab looked like `picture`."""

    offset: int
    picture: Picture

    @property
    def at(self) -> float:
        return self.picture.state.at


class Tape:
    """One journal. `head` is as far as has been read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.head = Place(0, Picture())
        self._places = [Place(0, Picture())]
        self._apart = APART
        self._since = 0
        self._last = self._places[0]

    @property
    def end(self) -> float:
        """Lab time up to which the journal has been read, in seconds."""
        return self.head.at

    def wind(self, events: int) -> bool:
        """Read on by so many events at most; whether there was anything to read. Raises `JournalError`."""
        offset, picture = self.head.offset, self.head.picture
        read = 0
        for event, after in read_on(self.path, offset):
            self._take(picture, event, after)
            offset = after
            read += 1
            self._remember(offset, picture)
            if read == events:
                break
        self.head = Place(offset, picture)
        return read > 0

    def seek(self, at: float) -> Picture:
        """What the lab looked like after everything that had happened up to `at`, as far as has been read."""
        if at >= self.end:
            self._last = Place(self.head.offset, self.head.picture.copy())
            return self._last.picture
        start = self._before(at)
        picture, offset = start.picture.copy(), start.offset
        for event, after in read_on(self.path, offset):
            if event.at > at:
                break
            self._take(picture, event, after)
            offset = after
        self._last = Place(offset, picture)
        return picture

    def _before(self, at: float) -> Place:
        """The latest known place that is not after `at`. What is told with time 0 belongs to the beginning."""
        place = self._places[max(0, bisect_right(self._places, at, key=lambda place: place.at) - 1)]
        return self._last if place.at <= self._last.at <= at else place

    def _remember(self, offset: int, picture: Picture) -> None:
        self._since += 1
        if self._since < self._apart:
            return
        self._since = 0
        self._places.append(Place(offset, picture.copy()))
        if len(self._places) > REMEMBERED:
            del self._places[1::2]
            self._apart *= 2

    def _take(self, picture: Picture, event: Event, offset: int) -> None:
        try:
            picture.take(event)
        except (LookupError, ValueError, ArithmeticError) as error:
            raise JournalError(
                f"{self.path}, byte {offset}: this event does not fit what came before it "
                f"({type(error).__name__}: {error})"
            ) from error
