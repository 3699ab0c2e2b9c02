"""The deck: what is shown, be it the newest picture of a live session, or one of the past.

`tick` is called at the screen's rate and never blocks: what has to be read from a journal is read by a thread of
the deck's own, one piece at a time, and shown when it is there.
"""

import math
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from lab.engines.base import LabError
from lab.tui.live import Live
from lab.tui.picture import Picture
from lab.tui.tape import Tape

SPEEDS = (0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0, math.inf)
"""Lab seconds per second; the last is as fast as it goes."""

TAKING = 0.02
"""Seconds of each tick in which events of a live session are taken in, so that keys are answered whatever happens."""

PIECE = 5_000
"""Events of a journal that are read at a time, so that a long one can be seen before it is read."""


@dataclass(frozen=True, slots=True)
class _Read:
    picture: Picture
    end: float
    marks: tuple[float, ...]
    more: bool
    closed: bool


class Deck:
    """What is shown of one session, and the way through its time.

    `at` is the moment shown and `end` the last one known, in seconds of lab time. While `following`, the newest
    picture is shown; otherwise `at` moves by `speed` if it is `playing`. `error` is what the journal's reader met.
    """

    def __init__(self, live: Live | None = None, path: Path | None = None) -> None:
        self.live = live
        self.picture = live.picture if live else Picture()
        self.at = 0.0
        self.end = 0.0
        self.marks: tuple[float, ...] = ()
        self.following = live is not None
        self.playing = live is None
        self.speed = 1.0
        self.error: LabError | None = None
        self._tape = Tape(path) if path else None
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="lab-tape")
        self._reading: Future[_Read] | None = None
        self._wanted = True
        self._ticked: float | None = None

    def tick(self) -> bool:
        """Go on to now; whether there is anything new to see."""
        now = time.monotonic()
        passed, self._ticked = now - (self._ticked or now), now
        new = self._follow_live() if self.live else False
        if self.live and self.following:
            return new
        if self.playing:
            self._move(passed * self.speed)
        return self._read_tape() or new

    def seek(self, at: float) -> None:
        """Show the lab as it was at `at`."""
        self._stay()
        self.at = min(max(0.0, at), self.end)
        self._wanted = True

    def skip(self, seconds: float) -> None:
        """Go so far forward, or back if negative."""
        self.seek((self.end if self.following else self.at) + seconds)

    def now(self) -> None:
        """Show the newest again, and go on with it."""
        self.following = True
        self.playing = False
        if self.live:
            self.picture = self.live.picture
        self._wanted = True

    def pause(self) -> None:
        """Stop or go on: a simulated session itself, anything else only as it is shown."""
        if self.live and self.following and self.live.steerable:
            (self.live.go if self.live.held else self.live.hold)()
        elif self.following:
            self._stay()
        else:
            self.playing = not self.playing

    def step(self, seconds: float) -> None:
        """Stop, so much later."""
        if self.live and self.following and self.live.steerable:
            self.live.step(seconds)
        else:
            self.skip(seconds)

    def faster(self, by: int) -> None:
        """The next speed in `SPEEDS`, or the one before if `by` is negative."""
        live = self.live if self.live and self.following and self.live.steerable else None
        speed = (live.speed or math.inf) if live else self.speed
        place = min(range(len(SPEEDS)), key=lambda i: abs(math.log(SPEEDS[i] / speed)) if speed < math.inf else -i)
        chosen = SPEEDS[min(max(0, place + by), len(SPEEDS) - 1)]
        if live:
            live.pace(None if chosen == math.inf else chosen)
        else:
            self.speed = chosen

    @property
    def stands(self) -> bool:
        """Whether time stands still, as far as it is shown."""
        if self.live and self.following:
            return self.live.held
        return not self.playing and not self.following

    @property
    def pace(self) -> float:
        """The speed that counts just now, in lab seconds per second; infinite for no limit."""
        if self.live and self.following:
            return math.inf if self.live.speed is None else self.live.speed
        return self.speed

    @property
    def settled(self) -> bool:
        """Whether what is shown is what was asked for, and nothing more is being read."""
        return not self._wanted and self._reading is None

    def close(self) -> None:
        self._reader.shutdown(wait=False, cancel_futures=True)

    def _stay(self) -> None:
        if self.following:
            self.at = self.end
            self.picture = self.picture.copy()
        self.following = False
        self.playing = False

    def _follow_live(self) -> bool:
        assert self.live
        new = self.live.drain(TAKING)
        state = self.live.picture.state
        self.end = state.at
        if len(self.marks) != len(state.orders):
            self.marks = tuple(sorted(order.at for order in state.orders.values()))
        if self._tape is None and self.live.journal:
            self._tape = Tape(self.live.journal)
        return new

    def _move(self, seconds: float) -> None:
        before = self.at
        self.at = min(self.end, self.at + seconds)
        self._wanted = self._wanted or self.at != before

    def _read_tape(self) -> bool:
        """Show what has been read, and have what is wanted now read next."""
        new = False
        if self._reading and self._reading.done():
            new = self._show(self._reading)
            self._reading = None
        if self._tape and not self._reading and self._wanted and not self.error:
            self._wanted = False
            self._reading = self._reader.submit(self._read, self._tape, math.inf if self.following else self.at)
        return new

    def _read(self, tape: Tape, at: float) -> _Read:
        more = tape.wind(PIECE)
        while more and self.live:  # the end of a live session is known: go there before anything is shown
            more = tape.wind(PIECE)
        marks = tuple(sorted(order.at for order in tape.head.picture.state.orders.values()))
        return _Read(tape.seek(at), tape.end, marks, more, tape.head.picture.state.closed is not None)

    def _show(self, reading: "Future[_Read]") -> bool:
        try:
            read = reading.result()
        except LabError as error:
            self.error = error
            return True
        self.picture = read.picture
        if not self.live:
            self.end, self.marks = read.end, read.marks
            # A viewer of a session that runs has to look for more, again and again.
            self._wanted = self._wanted or read.more or not read.closed
        return True
