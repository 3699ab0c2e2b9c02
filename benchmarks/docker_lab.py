"""What the Docker benchmarks share: a lab with fleets that get no traffic, and bare calls for the same containers."""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import docker

from lab.engines.docker import labels
from lab.engines.docker.engine import DockerEngine
from lab.model.events import Event
from lab.model.state import LabState
from lab.session import Session, Setup

WORKERS = (2, 4, 8)
"""How many bare calls are made at once; the best of them is compared with."""


def in_lab(
    setup: Setup,
    story: Callable[[Session, str], Awaitable[None]],
    emit: Callable[[Event, LabState], None] | None = None,
) -> None:
    """Open a lab in Docker, let `story` happen in it, and close it. `emit` hears of its events."""
    name = f"bench-{uuid.uuid4().hex[:6]}"

    def ignore(event: Event, state: LabState) -> None:
        pass

    async def run() -> None:
        engine = DockerEngine()
        session = Session(name, setup, engine, emit or ignore)
        try:
            await session.open("a benchmark")
            await story(session, name)
        finally:
            await engine.close()

    asyncio.run(run())


def servers_of(client: docker.DockerClient, session: str) -> list[str]:
    """The identifiers of a session's server containers."""
    wanted = {"label": [f"{labels.SESSION}={session}", f"{labels.ROLE}=server"]}
    return [container["Id"] for container in client.api.containers(filters=wanted)]


def blueprint(client: docker.DockerClient, container: str) -> dict[str, Any]:
    """What a container was created from, ready to create another one like it on the same network."""
    found = client.api.inspect_container(container)
    keep = {key: found["Config"][key] for key in ("Image", "Labels", "Env", "Cmd", "Entrypoint", "StopSignal")}
    return {**keep, "HostConfig": found["HostConfig"]}


def timed(work: Callable[[], object]) -> float:
    """Seconds that `work` took."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def at_once(workers: int, work: Callable[[Any], object], items: Iterable[Any]) -> list[Any]:
    """`work` on every item, so many at a time."""
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(work, items))
