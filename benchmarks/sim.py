"""How the simulator grows: a day of lab time, 10 requests a second for each server, a release and a scan.

Half of the servers are patched in place, half are replaced; everything goes through the session, the fold and
a journal on disk, as in a real run. Each size runs in a process of its own, so that the peak memory is its own.
The reference is a plain SimPy model that handles every request of 10 servers as an event.

    python -m benchmarks.sim [--json]
"""

import asyncio
import itertools
import json
import math
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.report import Result, main

SIZES = (10, 100, 1_000, 10_000)
DAY = 86_400.0
RATE = 10.0
INTERVAL = 900.0
REFERENCE_SECONDS = 600.0


def one_day(servers: int) -> Result:
    """Wall seconds, peak memory in MiB, events and journal size of one day with so many servers."""
    from lab.engines.sim.clock import VirtualLoop
    from lab.engines.sim.engine import SimEngine
    from lab.journal import Journal
    from lab.model import orders as o
    from lab.session import Session
    from tests.support import setup, strategy

    half = servers // 2
    pets = strategy("in-place", batch=max(1, half // 20))
    cattle = strategy("rolling", max_surge=max(1, half // 20))
    chosen = setup(rate=RATE * half, servers=half, interval=INTERVAL, pets=pets, cattle=cattle)

    async def day(journal: Journal) -> Session:
        session = Session("day", chosen, SimEngine(), lambda event, state: journal.write(event))
        await session.open("a benchmark")
        await asyncio.sleep(DAY / 4)
        await session.give(o.Release(version="1.1"))
        await session.give(o.Scan())
        await asyncio.sleep(DAY - session.clock.now())
        await session.settle()
        await session.engine.close()
        return session

    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "day.jsonl"
        with Journal(path) as journal, asyncio.Runner(loop_factory=VirtualLoop) as runner:
            session = runner.run(day(journal))
        size = path.stat().st_size
    sent = sum(fleet.ledger.sent for fleet in session.state.fleets.values())
    expected = int(RATE * half * DAY) * 2
    assert abs(sent - expected) <= 2, f"{sent} requests counted, {expected} were due"
    return {
        "servers": servers,
        "requests": sent,
        "wall_seconds": round(time.perf_counter() - began, 3),
        "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "journal_mib": round(size / 2**20, 1),
    }


def reference() -> float:
    """Lab seconds per wall second of a SimPy model that plays every request of 10 servers."""
    import random

    import simpy

    draw = random.Random(7)
    world = simpy.Environment()
    latencies: list[float] = []

    def request(server: simpy.Resource) -> object:
        began = world.now
        with server.request() as turn:
            yield turn
            yield world.timeout(draw.lognormvariate(math.log(0.010), 0.35))
        latencies.append(world.now - began)

    def arrivals(servers: list[simpy.Resource]) -> object:
        number = 0
        while True:
            world.process(request(servers[number % len(servers)]))
            number += 1
            yield world.timeout(1 / (RATE * len(servers)))

    world.process(arrivals([simpy.Resource(world, capacity=8) for _ in range(10)]))
    began = time.perf_counter()
    world.run(until=REFERENCE_SECONDS)
    assert len(latencies) >= RATE * 10 * REFERENCE_SECONDS - 100
    return REFERENCE_SECONDS / (time.perf_counter() - began)


def measure() -> Result:
    days = []
    for size in SIZES:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.sim", "--one", str(size)], stdout=subprocess.PIPE, check=True
        )
        days.append(json.loads(done.stdout))
    simpy_speed = reference()
    ours = DAY / days[0]["wall_seconds"]
    growth = [
        math.log(b["wall_seconds"] / a["wall_seconds"]) / math.log(b["servers"] / a["servers"])
        for a, b in itertools.pairwise(days)
    ]
    return {
        "days": days,
        "growth_exponent_last_decade": round(growth[-1], 3),
        "growth_exponents": [round(exponent, 3) for exponent in growth],
        "lab_seconds_per_wall_second": {"simpy, 10 servers": round(simpy_speed), "lab, 10 servers": round(ours)},
        "ratio_to_simpy": round(ours / simpy_speed, 1),
    }


def table(result: Result) -> list[list[object]]:
    speeds = result["lab_seconds_per_wall_second"]
    return [
        ["24 lab hours, servers", "requests", "wall s", "peak MiB", "journal MiB"],
        *(
            [f"{d['servers']:,}", f"{d['requests']:,}", d["wall_seconds"], d["peak_mib"], d["journal_mib"]]
            for d in result["days"]
        ),
        [f"growth exponents: {', '.join(map(str, result['growth_exponents']))}"],
        [f"lab seconds per wall second: {', '.join(f'{name}: {speed:,}' for name, speed in speeds.items())}"],
        [f"ratio to SimPy: {result['ratio_to_simpy']}"],
    ]


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(one_day(int(sys.argv[2]))))
    else:
        main(__doc__ or "", measure, table)
