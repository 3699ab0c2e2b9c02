"""What the lab adds to Docker: 24 servers to healthy behind the proxy, against bare calls; and their removal.

Each round launches, in this order, 24 servers through the lab until the proxy serves all of them, and the same
24 containers by bare calls with 2, 4 and 8 at once, without waiting for anything. Removal likewise: `lab down`'s
own function against bare forced removals. The figures are the medians of the rounds; the best number of workers
is chosen from them.

    python -m benchmarks.launch [--json]
"""

import asyncio
import statistics
import time
import uuid
from typing import Any

import docker

from benchmarks.docker_lab import WORKERS, at_once, blueprint, in_lab, servers_of, timed
from benchmarks.report import Result, main
from lab.engines.docker import cleanup, labels
from lab.session import LAUNCH_WITHIN, Session
from lab.strategies.crew import together
from tests.support import setup, strategy

SERVERS = 24
ROUNDS = 3


async def lab_round(session: Session, name: str) -> dict[str, float]:
    """Seconds until 24 more servers serve behind the proxy."""
    fleet = session.fleets["cattle"]
    image = session.images["1.0"]

    async def launch(number: int) -> None:
        await fleet.admit(await fleet.launch(number, image, LAUNCH_WITHIN))

    began = time.perf_counter()
    await together(launch(number) for number in range(2, SERVERS + 2))
    took = time.perf_counter() - began
    for server in list(fleet.servers.values()):
        if server.number > 1:
            await fleet.engine.stop(server)
            fleet.servers.pop(server.name)
    return {"lab": took}


def bare_round(client: docker.DockerClient, plan: dict[str, Any], workers: int) -> tuple[float, float]:
    """Seconds for bare create and start of 24 containers, and for their bare removal."""
    names = [f"lab-bare-{uuid.uuid4().hex[:8]}" for _ in range(SERVERS)]

    def launch(name: str) -> None:
        client.api.create_container_from_config(plan, name)
        client.api.start(name)

    def remove(name: str) -> None:
        client.api.remove_container(name, force=True, v=True)

    return timed(lambda: at_once(workers, launch, names)), timed(lambda: at_once(workers, remove, names))


def down_round(client: docker.DockerClient, plan: dict[str, Any]) -> float:
    """Seconds in which `lab down` removes 24 running containers of one session."""
    session = f"bench-{uuid.uuid4().hex[:6]}"
    plan = {**plan, "Labels": {**plan["Labels"], labels.SESSION: session}}
    names = [f"lab-{session}-{number}" for number in range(SERVERS)]

    def launch(name: str) -> None:
        client.api.create_container_from_config(plan, name)
        client.api.start(name)

    at_once(4, launch, names)
    left: list[str] = []
    took = timed(lambda: left.extend(cleanup.remove(client, [session])))
    assert not left, left
    return took


def measure() -> Result:
    client = docker.from_env()
    figures: dict[str, list[float]] = {}

    def note(name: str, seconds: float) -> None:
        figures.setdefault(name, []).append(seconds)

    async def story(session: Session, name: str) -> None:
        plan = await asyncio.to_thread(lambda: blueprint(client, servers_of(client, name)[0]))
        for _ in range(ROUNDS):
            for what, seconds in (await lab_round(session, name)).items():
                note(what, seconds)
            for workers in WORKERS:
                launched, removed = await asyncio.to_thread(bare_round, client, plan, workers)
                note(f"bare {workers}", launched)
                note(f"bare removal {workers}", removed)
            note("lab down", await asyncio.to_thread(down_round, client, plan))

    in_lab(setup(rate=1, servers=1, cattle=strategy("rolling")), story)
    medians = {name: statistics.median(seconds) for name, seconds in figures.items()}
    bare = min(medians[f"bare {workers}"] for workers in WORKERS)
    removal = min(medians[f"bare removal {workers}"] for workers in WORKERS)
    return {
        "servers": SERVERS,
        "rounds": ROUNDS,
        "seconds": {name: round(seconds, 2) for name, seconds in medians.items()},
        "launch_ratio": round(medians["lab"] / bare, 2),
        "down_ratio": round(medians["lab down"] / removal, 2),
    }


def table(result: Result) -> list[list[object]]:
    return [
        [f"{result['servers']} servers, median of {result['rounds']} rounds", "seconds"],
        *([name, seconds] for name, seconds in result["seconds"].items()),
        ["lab to healthy / best bare create + start (aim: at most 1.4)", result["launch_ratio"]],
        ["lab down / best bare removal (aim: at most 1.4)", result["down_ratio"]],
    ]


if __name__ == "__main__":
    main(__doc__ or "", measure, table)
