"""What a blue-green switch costs: time until the new pool answers, lost requests, and what the launch before it does.

A client of the benchmark's own sends 200 requests a second, one connection each, and notes which version answered
when. Each round switches twice: once by the lab's order `rollback` to the pool that is kept, once by a bare `set
map` on the same HAProxy. Then a second pool of 12 servers is launched under the lab's own traffic of 200 requests a
second; the 99th percentile during the launch is held against the one before it.

    python -m benchmarks.switch [--json]
"""

import asyncio
import contextlib
import statistics
import time
from collections.abc import Awaitable, Callable

import aiohttp

from benchmarks.docker_lab import in_lab
from benchmarks.report import Result, main
from lab.engines.docker.haproxy import set_route
from lab.model import orders as o
from lab.model.events import Event, TrafficCounted
from lab.model.histogram import merge, quantile
from lab.model.routing import only
from lab.model.state import LabState
from lab.session import Session
from lab.strategies.blue_green import OTHER
from tests.support import setup, strategy

RATE = 200.0
ROUNDS = 10
POOL = 12
WATCH = 1.0
"""Seconds for which the answers are watched after a switch."""

Answer = tuple[float, str]
"""When it came, and the version that gave it; empty if none did."""


class Client:
    """Sends evenly, whatever comes back."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.answers: list[Answer] = []

    async def run(self) -> None:
        connector = aiohttp.TCPConnector(force_close=True, limit=1000)
        async with aiohttp.ClientSession(connector=connector) as http, asyncio.TaskGroup() as requests:
            due = time.monotonic()
            while True:
                requests.create_task(self._one(http))
                due += 1 / RATE
                await asyncio.sleep(max(0.0, due - time.monotonic()))

    async def _one(self, http: aiohttp.ClientSession) -> None:
        version = ""
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):
            async with http.get(self._url) as reply:
                await reply.read()
                version = reply.headers.get("X-Lab-Version", "")
        self.answers.append((time.monotonic(), version))


async def switched(client: Client, new: str, switch: Callable[[], Awaitable[object]]) -> tuple[float, float]:
    """Milliseconds from the order to the first answer of the new version, and to the last of the old one."""
    client.answers.clear()
    began = time.monotonic()
    switching = asyncio.ensure_future(switch())
    await asyncio.sleep(WATCH)
    await switching
    first = min(at for at, version in client.answers if version == new)
    last = max((at for at, version in client.answers if version not in (new, "")), default=began)
    return 1000 * (first - began), 1000 * (last - began)


def measure() -> Result:
    figures: dict[str, list[float]] = {}
    counts: list[TrafficCounted] = []
    found: Result = {}

    def hear(event: Event, state: LabState) -> None:
        if isinstance(event, TrafficCounted):
            counts.append(event)

    def p99(start: float, end: float) -> float:
        rows = [row for event in counts if event.start >= start and event.at <= end for row in event.rows]
        return quantile(merge(*(row.latency for row in rows)), 0.99) or 0.0

    async def switches(session: Session, name: str) -> None:
        fleet = session.fleets["cattle"]
        await session.give(o.Release(version="1.1"))
        client = Client(session.engine.urls["cattle"])  # type: ignore[attr-defined]
        sending = asyncio.ensure_future(client.run())
        everything: list[Answer] = []
        runtime = session.engine._balancer._runtime  # type: ignore[attr-defined]
        for _ in range(ROUNDS):
            kept = fleet.kept
            assert kept is not None
            lab = await switched(client, kept.image.version, lambda: session.give(o.Rollback()))
            everything += client.answers
            command = set_route("cattle", only(OTHER[fleet.live]))
            bare = await switched(client, "1.1", lambda text=command: runtime.command(text))
            everything += client.answers
            await fleet.route(only(OTHER[fleet.live]))
            fleet.live = OTHER[fleet.live]
            fleet.keep(OTHER[fleet.live], 600.0, 1.0)
            fleet.declare(session.images["1.1"])
            for what, (first, last) in (("lab", lab), ("bare", bare)):
                figures.setdefault(f"{what}: first answer of the new pool", []).append(first)
                figures.setdefault(f"{what}: last answer of the old pool", []).append(last)
        sending.cancel()
        found["answers"] = len(everything)
        found["without_answer"] = sum(not version for _, version in everything)

    async def launch(session: Session, name: str) -> None:
        await asyncio.sleep(10)
        began = session.clock.now()
        await session.give(o.Release(version="1.1"))
        ended = session.clock.now()
        await session.settle()
        before, during = p99(1, began), p99(began, ended)
        requests = session.state.fleets["cattle"].ledger
        found["launch"] = {
            "seconds": round(ended - began, 1),
            "p99_before_ms": round(before * 1000, 1),
            "p99_during_ms": round(during * 1000, 1),
            "ratio": round(during / before, 1),
            "dropped_or_refused": requests.dropped + requests.refused,
        }

    patient = strategy("blue-green", keep_old="10m", verify={"requests": 20, "errors": "50%", "latency": "10s"})
    in_lab(setup(rate=1, servers=2, cattle=patient), switches)
    in_lab(setup(rate=RATE, servers=POOL, cattle=patient), launch, hear)
    medians = {what: round(statistics.median(times), 1) for what, times in figures.items()}
    return {"rounds": ROUNDS, "milliseconds": medians, **found}


def table(result: Result) -> list[list[object]]:
    launch = result["launch"]
    return [
        [f"switch under {RATE:g} requests/s, median of {result['rounds']}", "ms"],
        *([what, figure] for what, figure in result["milliseconds"].items()),
        [f"requests without an answer, of {result['answers']:,}", result["without_answer"]],
        [f"p99 in ms while {POOL} servers are launched ({launch['seconds']} s)", launch["p99_during_ms"]],
        ["p99 in ms before", launch["p99_before_ms"]],
        ["ratio", launch["ratio"]],
        ["dropped or refused", launch["dropped_or_refused"]],
    ]


if __name__ == "__main__":
    main(__doc__ or "", measure, table)
