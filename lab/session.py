"""One running lab: an engine, its fleets, and the stream of events.

Faces and players give orders here and hear of everything through `emit`; nobody else talks to the engine.
"""

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Literal

from lab import __version__
from lab.conduct import carry_out, looking, prepare, shells
from lab.engines.base import BuildError, Engine, EngineUnusableError, LabClock, LabError, World
from lab.model import events as e
from lab.model import orders as o
from lab.model.drift import Scanner, ServerDrift
from lab.model.fleet import FleetSpec, Server
from lab.model.image import Image
from lab.model.look import Look, Usage
from lab.model.operation import Operation, Outcome
from lab.model.package import Catalogue
from lab.model.recipe import Recipe
from lab.model.routing import only
from lab.model.shell import Mode, Shell
from lab.model.state import LabState, fold
from lab.strategies import Strategy
from lab.strategies.crew import together
from lab.strategies.fleet import Fleet
from lab.strategies.keeper import keep_count

LAUNCH_WITHIN = 120.0
"""How many seconds a server of the first fleet may take to become healthy; a cold engine is slow."""


@dataclass(frozen=True)
class Setup:
    """What a session is made of: the part of a scenario that is there before its first step.

    `rate` in requests a second for each fleet, `slo` and `interval` in seconds.
    """

    title: str
    seed: int
    rate: float
    slo: float
    interval: float
    fleets: tuple[FleetSpec, ...]
    strategies: Mapping[str, Strategy]
    recipes: Mapping[str, Recipe]
    catalogue: Catalogue


class Session:
    """One lab from `open` to `close`. All methods are for the loop that opened it.

    `emit` is called with every event and the state after it, in order. What each order does is in `lab/conduct`,
    which uses what is public here: `changing` holds a lock for each fleet that changes as a whole, `random` is
    drawn from for what the seed decides.
    """

    def __init__(self, name: str, setup: Setup, engine: Engine, emit: Callable[[e.Event, LabState], None]) -> None:
        self.name = name
        self.setup = setup
        self.engine = engine
        self.state = LabState()
        self.clock = LabClock()
        self.images: dict[str, Image] = {}
        self.fleets = {spec.name: Fleet(spec, engine, self.emit, self.clock.now, setup.slo) for spec in setup.fleets}
        self._listener = emit
        self._scanner = Scanner()
        self.changing = {name: asyncio.Lock() for name in self.fleets}
        self._changed = asyncio.Event()
        self.random = random.Random(setup.seed)
        self._orders = 0

    def emit(self, event: e.Event) -> None:
        """Take an event into the state and pass it on."""
        self.state = fold(self.state, event)
        self._changed.set()
        if isinstance(event, e.TrafficCounted):
            self.fleets[event.fleet].counted(event)
        elif isinstance(event, e.HealthChanged):
            self.fleets[event.fleet].notice(event.server, event.healthy)
        self._listener(event, self.state)

    async def open(self, why: str) -> None:
        """Build every image, launch the fleets, and start the clock and the traffic."""
        setup = self.setup
        self.emit(
            e.SessionOpened(
                lab=__version__,
                engine=self.engine.name,
                why=why,
                title=setup.title,
                seed=setup.seed,
                slo=setup.slo,
                rate=setup.rate,
                fleets=setup.fleets,
            )
        )
        await self.engine.open(
            World(self.name, setup.seed, setup.fleets, setup.catalogue, setup.interval, self.emit, self.clock.now)
        )
        for version in setup.recipes:
            await self._build_ahead(version)
        await together(self._launch_fleet(fleet) for fleet in self.fleets.values())
        self.clock.start()
        self.emit(e.ClockStarted(at=0.0))
        for fleet in self.fleets.values():
            if not fleet.spec.mutable:
                fleet.later(keep_count(fleet, self.changing[fleet.spec.name]))
        await self.engine.traffic(setup.rate)

    async def give(self, order: o.Order, fleets: Sequence[str] = ()) -> bool:
        """Carry out an order on the fleets named, or on all; whether it went well on each of them.

        Raises `EngineUnusableError`, and nothing else that is the order's own fault: failures are events.
        """
        self._orders += 1
        number = self._orders
        names = tuple(fleets or self.fleets)
        self.emit(
            e.OrderGiven(at=self.clock.now(), order=number, verb=order.verb, arguments=order.arguments, fleets=names)
        )
        await prepare(order, self)
        results = await together(self._on_fleet(number, order, self.fleets[name]) for name in names)
        return all(results)

    async def image(self, version: str) -> Image:
        """The image of a version, built if that was not possible before. May raise `BuildError`."""
        if version not in self.images:
            await self._build(version, self.setup.recipes[version])
        return self.images[version]

    async def changed(self) -> None:
        """Wait for the next event."""
        self._changed.clear()
        await self._changed.wait()

    async def scan(self, fleet: Fleet, after: Literal["order", "release", "rollback", "end"]) -> None:
        """Compare every running server that users can reach with the declared state."""
        declared = fleet.declared

        async def scan_one(server: Server, image: Image) -> ServerDrift | None:
            try:
                delta = await self.engine.changes(server)
            except EngineUnusableError:
                raise
            except LabError:
                return None  # it died while it was looked at
            return self._scanner.scan(server.name, image, delta, declared)

        running = [
            server
            for server in fleet.servers.values()
            if server.name not in fleet.dead and fleet.routing.shares.get(server.pool, 0) > 0
        ]
        found = await together(scan_one(server, fleet.launched_from[server.name]) for server in running)
        servers = tuple(drift for drift in found if drift)
        self.emit(
            e.Scanned(
                at=self.clock.now(), fleet=fleet.spec.name, declared=declared.version, after=after, servers=servers
            )
        )

    async def look(self, server: str) -> Look:
        """All that can be learnt of a running server now, by its name. `LabError` if there is none that runs."""
        return await looking.look(self, server)

    async def usage(self, server: str) -> Usage:
        """What a running server uses; cheap. The share of a core is known from the second time on."""
        return await self.engine.usage(looking.found_running(self, server)[1])

    async def logs(self, server: str, lines: int = looking.LINES) -> tuple[str, ...]:
        """The last lines that a server printed, also if it is dead; cheap enough to follow them by."""
        return await self.engine.logs(looking.found(self, server)[1], max(1, lines))

    def shell(self, server: str, mode: Mode = "copy", who: str = "someone") -> AbstractAsyncContextManager[Shell]:
        """A shell on a running server; on an immutable one in a copy that is gone at the end, or read-only."""
        return shells.opened(self, server, mode, who)

    async def apply_in(self, shell: Shell, operation: Operation) -> Outcome:
        """Carry out an operation where a shell is."""
        return await shells.apply_in(self, shell, operation)

    async def settle(self) -> None:
        """Stop the traffic, wait for what is under way, and look at every server once more."""
        self.rest()
        await self.engine.traffic(0)
        await together(self.scan(fleet, "end") for fleet in self.fleets.values())

    def rest(self) -> None:
        """Let no fleet begin anything more by itself."""
        for fleet in self.fleets.values():
            fleet.rest()

    async def _build_ahead(self, version: str) -> None:
        """Build what may be wanted later. Where that fails, it matters only if it is wanted now."""
        try:
            await self.image(version)
        except BuildError as error:
            if any(spec.version == version for spec in self.setup.fleets):
                raise
            self.emit(e.Progress(at=self.clock.now(), text=str(error)))

    async def _build(self, version: str, recipe: Recipe) -> None:
        image = self.images[version] = await self.engine.build(recipe)
        self.emit(
            e.ImageBuilt(
                at=self.clock.now(),
                version=version,
                digest=image.digest,
                parent=recipe.parent,
                packages=self.setup.catalogue.closure(recipe.all_packages),
            )
        )

    async def _launch_fleet(self, fleet: Fleet) -> None:
        image = self.images[fleet.spec.version]
        fleet.live = self.strategy(fleet).first_pool
        fleet.declare(image, "start")
        await fleet.route(only(fleet.live))
        await fleet.fill(fleet.live, image, fleet.spec.servers, LAUNCH_WITHIN)

    async def _on_fleet(self, number: int, order: o.Order, fleet: Fleet) -> bool:
        began = self.clock.now()
        detail, ok = "", True
        try:
            detail = await carry_out(order, self, fleet)
        except EngineUnusableError:
            raise
        except LabError as error:
            detail, ok = str(error), False
        self.emit(
            e.OrderEnded(
                at=self.clock.now(),
                order=number,
                fleet=fleet.spec.name,
                verb=order.verb,
                ok=ok,
                seconds=round(self.clock.now() - began, 6),
                detail=detail,
            )
        )
        return ok

    def strategy(self, fleet: Fleet) -> Strategy:
        """How a fleet changes versions."""
        return self.setup.strategies[fleet.spec.name]
