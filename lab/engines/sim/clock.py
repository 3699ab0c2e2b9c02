"""An event loop whose clock is virtual: it jumps to the next timer, or walks there at a chosen speed."""

import asyncio
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


class _VirtualSelector(selectors.DefaultSelector):
    """A selector that lets virtual time pass where others wait."""

    def __init__(self, speed: float | None) -> None:
        super().__init__()
        self.now = 0.0
        self._speed = speed
        self._anchor = (time.monotonic(), 0.0)

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout <= 0:
            return self._wait(timeout)
        if self._speed is None:
            ready = self._wait(0)
            if not ready:
                self.now += timeout
            return ready
        return self._walk(self.now + timeout, self._speed)

    def _walk(self, until: float, speed: float) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait until real time has come as far as virtual time `until`, or something is ready before."""
        began, offset = self._anchor
        ready = self._wait(max(0.0, began + (until - offset) / speed - time.monotonic()))
        reached = offset + (time.monotonic() - began) * speed
        self.now = max(self.now, min(reached, until)) if ready else until
        return ready

    def _wait(self, timeout: float | None) -> list[tuple[selectors.SelectorKey, int]]:
        return super().select(timeout)
