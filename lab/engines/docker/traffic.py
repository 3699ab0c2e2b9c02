"""The engine's side of the load generator: starts it, tells it the rate, makes events of what it counts."""

import asyncio
import contextlib
import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

from lab.engines.base import EngineUnusableError
from lab.model.events import Event, RequestCount, RequestSample, TrafficCounted

READY_WITHIN = 20.0
STOPPED_WITHIN = 30.0
_LINE_LIMIT = 1 << 24


class Traffic:
    """One load generator. `emit` takes the events, `now` is lab time in seconds."""

    def __init__(self, emit: Callable[[Event], None], now: Callable[[], float]) -> None:
        self._emit = emit
        self._now = now
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self._stopped: dict[int, asyncio.Event] = {}
        self._stops = 0
        self._sending = False
        self._counted_until = 0.0

    async def start(self, fleets: Mapping[str, str], interval: float) -> None:
        """Start the process, and wait until it could send."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "lab.engines.docker.loadgen",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=_LINE_LIMIT,
            start_new_session=True,  # Ctrl-C in a terminal is meant for the lab, which then ends this one
        )
        self._reader = asyncio.create_task(self._read(), name="load generator's counts")
        self._tell({"fleets": dict(fleets), "interval": interval})
        await self._until(self._ready, READY_WITHIN, "did not start")

    async def rate(self, rate: float) -> None:
        """Send every fleet this many requests a second; 0 stops, and waits until the last one is counted."""
        if rate > 0:
            if not self._sending:
                self._counted_until = self._now()
            self._sending = True
            self._tell({"rate": rate})
            return
        if not self._sending:
            return
        self._stops += 1
        stopped = self._stopped[self._stops] = asyncio.Event()
        self._tell({"stop": self._stops})
        await self._until(stopped, STOPPED_WITHIN, "did not stop")
        self._sending = False

    async def close(self) -> None:
        """End the process."""
        if self._process:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        if self._reader:
            self._reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reader

    def _tell(self, line: dict[str, Any]) -> None:
        if self._process is None or self._process.stdin is None or self._process.returncode is not None:
            raise EngineUnusableError("The load generator is gone. What it counted until then is in the journal.")
        self._process.stdin.write(json.dumps(line).encode() + b"\n")

    async def _until(self, event: asyncio.Event, within: float, what: str) -> None:
        waiting = asyncio.create_task(event.wait())
        assert self._reader is not None
        try:
            await asyncio.wait({waiting, self._reader}, timeout=within, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
        if not event.is_set():
            raise EngineUnusableError(f"The load generator {what} within {within:g} s, or it died.")

    async def _read(self) -> None:
        assert self._process is not None and self._process.stdout is not None
        while line := await self._process.stdout.readline():
            said = json.loads(line)
            if "ready" in said:
                self._ready.set()
            elif "stopped" in said:
                self._stopped.pop(said["stopped"]).set()
            elif self._sending:
                self._count(said["counts"])

    def _count(self, counts: Mapping[str, Any]) -> None:
        start, now = self._counted_until, self._now()
        self._counted_until = now
        for fleet, counted in counts.items():
            self._emit(traffic_counted(fleet, counted, start, now))


def traffic_counted(fleet: str, counted: Mapping[str, Any], start: float, now: float) -> TrafficCounted:
    """The event of one line of the load generator about one fleet."""
    rows = []
    for server, version, outcome, pool, latencies, lost in counted["rows"]:
        histogram = {int(number): count for number, count in latencies.items()}
        rows.append(RequestCount(server, version, outcome, sum(histogram.values()), histogram, lost, pool))
    samples = tuple(
        RequestSample(round(max(0.0, now - ago), 6), server, version, outcome, status, round(latency, 6), why)
        for ago, server, version, outcome, status, latency, why in counted["samples"]
    )
    return TrafficCounted(at=now, start=start, fleet=fleet, rows=tuple(rows), samples=samples)
