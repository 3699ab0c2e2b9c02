"""What a drift scan costs: 24 running servers with content hashes, against bare concurrent `docker diff` calls.

Half of the servers are as launched; the other half were patched in place, and one of them was edited by hand.
Scan and bare calls alternate; the figures are medians.

    python -m benchmarks.drift [--json]
"""

import asyncio
import statistics
import time

import docker

from benchmarks.docker_lab import WORKERS, at_once, in_lab, servers_of, timed
from benchmarks.report import Result, main
from lab.model import orders as o
from lab.session import Session
from tests.support import setup, strategy

SERVERS = 12
ROUNDS = 5


def measure() -> Result:
    client = docker.from_env(max_pool_size=max(WORKERS) * 3)
    figures: dict[str, list[float]] = {}

    async def story(session: Session, name: str) -> None:
        await session.give(o.Release(version="1.1"), ["pets"])
        edit = o.Written(path="/etc/storefront/app.toml", set={"timeout": 30})
        await session.give(o.Ssh(server=1, write=edit), ["pets"])
        servers = await asyncio.to_thread(servers_of, client, name)
        for _ in range(ROUNDS):
            began = time.perf_counter()
            await session.give(o.Scan())
            figures.setdefault("lab scan", []).append(time.perf_counter() - began)
            for workers in (*WORKERS, len(servers)):
                took = await asyncio.to_thread(timed, lambda n=workers: at_once(n, client.api.diff, servers))
                figures.setdefault(f"bare diff, {workers} at once", []).append(took)
        drifted = [server.name for server in session.state.fleets["pets"].servers.values() if server.drift]
        assert drifted == ["pets-1"], drifted

    in_lab(setup(rate=1, servers=SERVERS, pets=strategy("in-place", batch=4), cattle=strategy("rolling")), story)
    medians = {name: statistics.median(seconds) for name, seconds in figures.items()}
    bare = min(seconds for name, seconds in medians.items() if name != "lab scan")
    return {
        "servers": SERVERS * 2,
        "rounds": ROUNDS,
        "seconds": {name: round(seconds, 3) for name, seconds in medians.items()},
        "ratio": round(medians["lab scan"] / bare, 2),
        "milliseconds_per_server": round(1000 * medians["lab scan"] / (SERVERS * 2), 1),
    }


def table(result: Result) -> list[list[object]]:
    return [
        [f"{result['servers']} servers, median of {result['rounds']} rounds", "seconds"],
        *([name, seconds] for name, seconds in result["seconds"].items()),
        ["lab scan per server, ms", result["milliseconds_per_server"]],
        ["lab scan / best bare diff (aim: at most 3)", result["ratio"]],
    ]


if __name__ == "__main__":
    main(__doc__ or "", measure, table)
