"""A small world in real containers: two fleets, three versions, and an engine that is closed after the tests."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from lab import resources
from lab.engines.base import LabClock, World
from lab.engines.docker.engine import DockerEngine
from lab.model.events import Event
from lab.model.fleet import FleetSpec, Server
from lab.model.image import Image
from lab.model.operation import Operation, Outcome, patch
from lab.model.package import Catalogue, library, service
from lab.model.recipe import RecipeChange, resolve

RECIPES = resolve(
    "storefront",
    {
        "1.0": RecipeChange(packages={"libpay": "1.0"}, config={"currency": "EUR"}, files={"/etc/banner": "one\n"}),
        "1.1": RecipeChange(
            parent="1.0", packages={"libpay": "1.1"}, config={"timeout": 30}, files={"/srv/new/banner": "two\n"}
        ),
        "1.9": RecipeChange(parent="1.0", latency=0.3),
    },
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.docker)


def catalogue() -> Catalogue:
    program = resources.storefront_program()
    packages = [service(recipe, program) for recipe in RECIPES.values()]
    packages += [library("libpay", "1.0"), library("libpay", "1.1", [("libmoney", "1.0")])]
    packages += [library("libmoney", "1.0"), library("libmoney", "2.0")]
    return Catalogue({(package.name, package.version): package for package in packages})


@dataclass
class Lab:
    """An open engine, what it emitted, and shortcuts that a story reads well with."""

    engine: DockerEngine
    session: str
    port: int = 0
    events: list[Event] = field(default_factory=list)
    clock: LabClock = field(default_factory=LabClock)
    started: int = 0

    def world(self) -> World:
        fleets = (
            FleetSpec("pets", 1, "1.0", "in-place", True, self.port),
            FleetSpec("cattle", 2, "1.0", "rolling", False),
        )
        return World(self.session, 1, fleets, catalogue(), 0.25, self.events.append, self.clock.now)

    async def image(self, version: str) -> Image:
        return await self.engine.build(RECIPES[version])

    async def launch(self, fleet: str, version: str = "1.0") -> Server:
        """A server that is healthy and gets traffic."""
        self.started += 1
        server = Server(f"{fleet}-{self.started}", fleet, "main", self.started, version, fleet == "pets")
        await self.engine.launch(server, await self.image(version))
        await self.engine.healthy(server, 20)
        await self.engine.admit(server)
        return server

    async def patch(self, server: Server, old: str, new: str, obstructed: str = "") -> dict[str, Outcome]:
        """The last outcome of every step, up to the first that failed. An obstacle is set before one step."""
        outcomes: dict[str, Outcome] = {}
        for step, operations in patch(RECIPES[old], RECIPES[new]).items():
            if step == obstructed:
                await self.engine.obstruct(server, step)
            for operation in operations:
                outcomes[step] = await self.engine.apply(server, operation)
                if not outcomes[step].ok:
                    return outcomes
        return outcomes

    async def do(self, server: Server, operation: Operation) -> Outcome:
        return await self.engine.apply(server, operation)


async def until(condition: Callable[[], Any], within: float = 10.0) -> None:
    """Wait until `condition` holds; fail the test after `within` seconds."""
    try:
        async with asyncio.timeout(within):
            while not condition():  # noqa: ASYNC110  (what is waited for is outside this loop)
                await asyncio.sleep(0.02)
    except TimeoutError:
        pytest.fail(f"still not so after {within:g} s")


Play = Callable[[Callable[["Lab"], Coroutine[Any, Any, Any]]], Any]
"""Tells a story in a lab that is open already."""


@asynccontextmanager
async def opened(cache: Path, lock: Path | None = None, port: int = 0) -> AsyncIterator[Lab]:
    """A lab of its own, closed at the end. `port` is where the pets are to be reached."""
    lab = Lab(DockerEngine(lock=lock, cache=cache), f"test-{secrets.token_hex(3)}", port)
    try:
        await lab.engine.open(lab.world())
        lab.clock.start()
        yield lab
    finally:
        await lab.engine.close()


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def play(cache: Path) -> Iterator[Play]:
    """Runs a story on one lab that all tests of a module share."""
    with asyncio.Runner() as runner:
        stack = opened(cache)
        lab = runner.run(stack.__aenter__())
        try:
            yield lambda story: runner.run(story(lab))
        finally:
            runner.run(stack.__aexit__(None, None, None))
