"""An event loop whose clock is virtual: it jumps to the next timer, or walks there at a chosen speed."""

import asyncio
import math
import selectors
import time


class VirtualLoop(asyncio.SelectorEventLoop):
    """An asyncio loop in lab time, beginning at 0.

    `speed` is lab seconds per second of real time; None is as fast as it goes. Files, signals and calls from
    other threads work as in any loop; work in other threads does not hold the clock.
    """

    def __init__(self, speed: float | None = None) -> None:
        self._virtual = _VirtualSelector(speed)
        super().__init__(self._virtual)

    def time(self) -> float:
        return self._virtual.now

    def pace(self, speed: float | None) -> None:
        """Go at this speed from now on. Like all that follows, for the loop's own thread."""
        self._virtual.pace(speed)

    def hold(self, after: float = 0.0) -> None:
        """Let no more than `after` seconds of lab time pass; what is due until then still happens."""
        self._virtual.limit = self._virtual.now + after

    def go(self) -> None:
        """Let time pass again."""
        self._virtual.go()


class _VirtualSelector(selectors.DefaultSelector):
    """A selector that lets virtual time pass where others wait, up to `limit`."""

    def __init__(self, speed: float | None) -> None:
        super().__init__()
        self.now = 0.0
        self.limit = math.inf
        self.pace(speed)

    def pace(self, speed: float | None) -> None:
        self._speed = speed
        self._anchor = (time.monotonic(), self.now)

    def go(self) -> None:
        self.limit = math.inf
        self.pace(self._speed)

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout <= 0:
            return self._wait(timeout)
        until = min(self.now + timeout, self.limit)
        if until <= self.now:
            return self._wait(None)  # held: only someone else can end this, and wakes the loop to do it
        if self._speed is None:
            ready = self._wait(0)
            if not ready:
                self.now = until
            return ready
        return self._walk(until, self._speed)

    def _walk(self, until: float, speed: float) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait until real time has come as far as virtual time `until`, or something is ready before."""
        began, offset = self._anchor
        ready = self._wait(max(0.0, began + (until - offset) / speed - time.monotonic()))
        reached = offset + (time.monotonic() - began) * speed
        self.now = max(self.now, min(reached, until)) if ready else until
        return ready

    def _wait(self, timeout: float | None) -> list[tuple[selectors.SelectorKey, int]]:
        return super().select(timeout)
