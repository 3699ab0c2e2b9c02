"""What tests share: a small world of one service in two versions, and a lab run on the simulator."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from typing import TypeVar

from lab.engines.base import Engine
from lab.engines.sim.clock import VirtualLoop
from lab.engines.sim.engine import SimEngine
from lab.model.events import Event, RequestSample, TrafficCounted
from lab.model.fleet import FleetSpec
from lab.model.package import Catalogue, library, service
from lab.model.recipe import Recipe, RecipeChange, resolve
from lab.model.scorecard import FleetScore, scorecard
from lab.model.state import LabState
from lab.resources import storefront_program
from lab.session import Session, Setup
from lab.strategies import STRATEGIES, Strategy

Result = TypeVar("Result")

VERSIONS = {
    "1.0": RecipeChange(packages={"libpay": "1.0"}, config={"currency": "EUR", "timeout": 10}),
    "1.2": RecipeChange("1.0", errors=0.3),
    "1.3": RecipeChange("1.0", lost_orders=0.3),
    "1.4": RecipeChange("1.0", latency=0.4),
    "1.5": RecipeChange("1.0", startup=3.0),
    "1.6": RecipeChange("1.0", latency=3.0),
    "1.1": RecipeChange(
        "1.0", {"libpay": "1.1"}, {"timeout": 20, "audit": True}, {"/etc/storefront/banner": "1.1\n"}, 0.015, 0.0
    ),
}


def recipes() -> dict[str, Recipe]:
    return resolve("storefront", VERSIONS)


def catalogue() -> Catalogue:
    """Both versions of the service; libpay 1.1 brings libfx along; htop is what people install by hand."""
    packages = [
        library("libpay", "1.0"),
        library("libpay", "1.1", [("libfx", "2.0")]),
        library("libfx", "2.0"),
        library("htop", "3.0"),
        *(service(recipe, storefront_program()) for recipe in recipes().values()),
    ]
    return Catalogue({(package.name, package.version): package for package in packages})


def strategy(name: str, **options: object) -> Strategy:
    return STRATEGIES[name].model_validate({key.replace("_", "-"): value for key, value in options.items()})


def setup(
    *, rate: float = 50, seed: int = 7, servers: int = 4, interval: float = 1.0, start: str = "1.0", **fleets: Strategy
) -> Setup:
    """A set-up with one fleet for each strategy given; by default one in place and one rolling."""
    strategies = fleets or {"pets": strategy("in-place"), "cattle": strategy("rolling")}
    specs = tuple(FleetSpec(name, servers, start, chosen.name, chosen.mutable) for name, chosen in strategies.items())
    return Setup("a test", seed, rate, 0.25, interval, specs, strategies, recipes(), catalogue())


class Lab:
    """A session on an engine, with the events that it made."""

    def __init__(self, chosen: Setup, engine: Engine, name: str = "test") -> None:
        self.events: list[Event] = []
        self.engine = engine
        self.session = Session(name, chosen, engine, self._take)

    def _take(self, event: Event, state: LabState) -> None:
        self.events.append(event)

    def of(self, kind: type[Result]) -> list[Result]:
        return [event for event in self.events if isinstance(event, kind)]

    def lost(self, fleet: str) -> list[RequestSample]:
        """Lost requests of a fleet, with how they were lost. All of them, where there are few; or else some of each."""
        counted = [event for event in self.of(TrafficCounted) if event.fleet == fleet]
        samples = [sample for event in counted for sample in event.samples if sample.outcome in ("refused", "dropped")]
        requests = self.scores[fleet].requests
        assert bool(samples) == bool(requests["refused"] + requests["dropped"])
        return samples

    @property
    def scores(self) -> dict[str, FleetScore]:
        return scorecard(self.session.state)


async def _told(lab: Lab, story: Callable[[Lab], Awaitable[None]]) -> Lab:
    try:
        await lab.session.open("a test")
        await story(lab)
        await lab.session.settle()
    finally:
        await lab.engine.close()
    return lab


def on_sim(chosen: Setup, story: Callable[[Lab], Awaitable[None]], make: Callable[[], Engine] = SimEngine) -> Lab:
    """Open a lab on the simulator, let `story` happen in it, settle and close it."""

    async def tell() -> Lab:
        return await _told(Lab(chosen, make()), story)

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(tell())


def on_docker(chosen: Setup, story: Callable[[Lab], Awaitable[None]]) -> Lab:
    """The same in real containers, in a session of its own."""

    async def tell() -> Lab:
        from lab.engines.docker.engine import DockerEngine

        return await _told(Lab(chosen, DockerEngine(), f"test-{uuid.uuid4().hex[:8]}"), story)

    return asyncio.run(tell())
