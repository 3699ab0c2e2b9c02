"""A fleet under way: what strategies do with servers and pools, each deed with the event that tells of it.

The only place where strategies and orders touch an engine.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from lab.engines.base import Engine, LabError, ServerError
from lab.model import events as e
from lab.model.fleet import FleetSpec, Server
from lab.model.image import Image
from lab.model.operation import Operation, Outcome, RestartService
from lab.model.routing import Routing, only
from lab.strategies.background import Background
from lab.strategies.crew import together, work_off


class StrategyError(LabError):
    """A release or roll-back did not come about; says how far it got."""


class AbortedError(StrategyError):
    """A release was given up, and the fleet is as it was before: what was launched for it is gone."""


class StepError(LabError):
    """A step of a patch failed on one server."""


@dataclass(frozen=True, slots=True)
class By:
    """Who does something on a server: the lab's `patch`, or a person by `hand`; and in which step."""

    what: Literal["patch", "hand"]
    who: str
    step: str


@dataclass(frozen=True)
class Kept:
    """A pool that was live before and can be switched back to, until `leaving` takes it away."""

    pool: str
    image: Image
    leaving: asyncio.Task[None]


class Fleet:
    """The servers of one fleet and the image that they should be.

    `history` are the images that a roll-back can go back through, the declared one last; `path` are all that were
    ever declared, in their order. `digests` are the images that servers were really made from, as the engine says.
    `live` is the pool of the servers that are to stay, `routing` what the proxy does
    now, `kept` the pool that was live before, as long as it is there. `armed` holds the (server number, patch step)
    pairs on which a fault waits. A request slower than `slo` seconds is not a good one.
    """

    def __init__(
        self, spec: FleetSpec, engine: Engine, emit: Callable[[e.Event], None], now: Callable[[], float], slo: float
    ) -> None:
        self.spec = spec
        self.engine = engine
        self.servers: dict[str, Server] = {}
        self.dead: set[str] = set()
        self.history: list[Image] = []
        self.path: list[Image] = []
        self.launched_from: dict[str, Image] = {}
        self.digests: dict[str, str] = {}
        self.armed: set[tuple[int, str]] = set()
        self.live = "main"
        self.routing = only(self.live)
        self.kept: Kept | None = None
        self.slo = slo
        self._decision: asyncio.Future[None] | None = None
        self._watched: asyncio.Queue[e.TrafficCounted] | None = None
        self._pools: dict[str, str] = {}
        self._background = Background()
        self.unwell: dict[str, float] = {}
        self.lost_at: dict[int, float] = {}
        self.releasing = False
        self._noticed = asyncio.Event()
        self._rerouting = asyncio.Lock()
        self._emit = emit
        self.now = now
        self._launches: dict[int, int] = {}
        self._running: dict[str, str] = {}

    def tell(self, event: Callable[..., e.Event], **what: Any) -> None:
        """Emit an event of this fleet, now."""
        self._emit(event(at=self.now(), fleet=self.spec.name, **what))

    # What it should be

    @property
    def declared(self) -> Image:
        """The image that every server should be."""
        return self.history[-1]

    @property
    def before(self) -> Image:
        """The image that was declared before this one, be it newer or older; this one if there was none."""
        return self.path[-2] if len(self.path) > 1 else self.declared

    def declare(self, image: Image, reason: Literal["start", "release"] = "release") -> bool:
        """Say that every server should be `image` from now on; whether that is something else than before.

        What is declared already is not declared again: a release that is repeated has the same way to go.
        """
        new = not self.history or self.declared.version != image.version
        if new:
            self.history.append(image)
            self.path.append(image)
        self.tell(e.DeclaredChanged, version=image.version, digest=image.digest, reason=reason)
        return new

    def undeclare(self) -> None:
        """Say that every server should be again what was declared before. `LabError` if there is no before."""
        if len(self.history) < 2:
            raise LabError(f"{self.spec.name} has no release that could be rolled back: release a version first")
        self.history.pop()
        self.path.append(self.declared)
        self.tell(e.DeclaredChanged, version=self.declared.version, digest=self.declared.digest, reason="rollback")

    # Pools

    def pool(self, pool: str) -> list[Server]:
        """The servers of a pool."""
        return [server for server in self.servers.values() if server.pool == pool]

    def at(self, number: int) -> list[Server]:
        """The servers that hold place `number` of the live pool: usually one, two while one replaces the other."""
        return [server for server in self.pool(self.live) if server.number == number]

    def places(self) -> dict[int, list[Server]]:
        """Every place of the live pool by number, with the servers that hold it."""
        held: dict[int, list[Server]] = {number: [] for number in range(1, self.spec.servers + 1)}
        for server in self.pool(self.live):
            held[server.number].append(server)
        return held

    async def route(self, routing: Routing) -> None:
        """Divide the traffic anew, at once."""
        await self.reroute(lambda before: routing)

    async def reroute(self, how: Callable[[Routing], Routing]) -> None:
        """Divide the traffic in a way that depends on how it is divided when its turn comes: one change at a time.

        Raises what `how` raises; then nothing has changed.
        """
        async with self._rerouting:
            began, routing = self.now(), how(self.routing)
            await self.engine.route(self.spec.name, routing)
            self.routing = routing
            self.tell(e.RoutingChanged, shares=dict(routing.shares), seconds=round(self.now() - began, 6))

    async def fill(self, pool: str, image: Image, servers: int, within: float) -> None:
        """Launch so many servers into a pool, and let each serve the pool's share once it is healthy.

        Raises `StrategyError` if one of them does not become healthy; the others are there then.
        """

        async def launch(number: int) -> None:
            await self.admit(await self.launch(number, image, within, pool))

        if failures := await work_off(range(1, servers + 1), [launch] * servers, go_on=True):
            raise StrategyError("; ".join(map(str, failures)))

    def identify(self, pool: str, image: Image) -> None:
        """Make sure that every server of a pool was made from this very image; `StrategyError` if not."""
        others = {self.digests[server.name] for server in self.pool(pool)} - {image.digest}
        if others:
            found = ", ".join(sorted(others))
            raise StrategyError(f"pool {pool} runs another image than the one to promote: {found}, not {image.digest}")

    async def empty(self, pool: str, drain: float) -> None:
        """Drain and stop every server of a pool."""
        await together(self.retire(server, drain) for server in self.pool(pool))

    def keep(self, pool: str, lasting: float, drain: float) -> None:
        """Leave a pool that is not live any more where it is for `lasting` seconds, then empty it."""
        if self.kept:
            self.kept.leaving.cancel()

        async def leave() -> None:
            await asyncio.sleep(lasting)
            self.kept = None
            await self.empty(pool, drain)

        image = self.launched_from[self.pool(pool)[0].name]
        self.kept = Kept(pool, image, self.later(leave()))

    async def drop_kept(self, drain: float) -> None:
        """Empty the pool that was kept, if there is one, so that its place is free."""
        if self.kept:
            self.kept.leaving.cancel()
            pool, self.kept = self.kept.pool, None
            await self.empty(pool, drain)

    # Decisions that people make

    async def unless_decided(self, work: Coroutine[Any, Any, Any]) -> bool:
        """Do `work` until it ends by itself, or someone promotes or aborts what is there; whether it was promoted.

        Raises `StrategyError` if it was aborted, and whatever the work raises.
        """
        self._decision = asyncio.get_running_loop().create_future()
        doing = asyncio.create_task(work)
        try:
            await asyncio.wait({doing, self._decision}, return_when=asyncio.FIRST_COMPLETED)
            if self._decision.done():
                self._decision.result()
                return True
            await doing
            return False
        finally:
            doing.cancel()
            self._decision = None

    def decide(self, promote: bool) -> None:
        """Promote or abort what waits for a decision. `LabError` if nothing does."""
        if self._decision is None or self._decision.done():
            raise LabError(f"{self.spec.name} has nothing to {'promote' if promote else 'abort'}: no release waits")
        if promote:
            self._decision.set_result(None)
        else:
            self._decision.set_exception(StrategyError("aborted by hand"))

    # What users see of it

    @contextmanager
    def watching(self) -> Iterator[asyncio.Queue[e.TrafficCounted]]:
        """The counts of the fleet's traffic, as they come."""
        self._watched = asyncio.Queue()
        try:
            yield self._watched
        finally:
            self._watched = None

    def counted(self, event: e.TrafficCounted) -> None:
        """Hand a count to whoever watches."""
        if self._watched:
            self._watched.put_nowait(event)

    def notice(self, server: str, healthy: bool) -> None:
        """Take note of what the proxy thinks of a server: `unwell` holds since when it thinks badly of it."""
        if healthy:
            self.unwell.pop(server, None)
        else:
            self.unwell.setdefault(server, self.now())
            self._noticed.set()

    async def noticed(self) -> None:
        """Wait until the proxy finds a server unwell."""
        self._noticed.clear()
        await self._noticed.wait()

    def pool_of(self, server: str) -> str:
        """The pool of a server of this fleet, be it there still or not; empty for any other name."""
        return self._pools.get(server, "")

    def rest(self) -> None:
        """Begin nothing more by itself."""
        self._background.rest()

    def later(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Let something happen beside everything else, until it ends or the fleet rests."""
        return self._background.begin(work)

    # Servers

    async def launch(
        self, number: int, image: Image, within: float, pool: str = "", writable: bool | None = None
    ) -> Server:
        """Launch a server for place `number` and wait until the proxy sees it healthy; `ServerError` if it doesn't.

        A server that does not become healthy is stopped again. With `within` 0 nobody looks whether it is. It can be
        written to if its fleet's servers can, unless `writable` says otherwise.
        """
        server = self._next(number, image, pool or self.live, self.spec.mutable if writable is None else writable)
        self.servers[server.name] = server
        self._pools[server.name] = server.pool
        self.launched_from[server.name] = image
        try:
            await self.engine.launch(server, image)
            digest = self.digests[server.name] = await self.engine.digest(server)
            self.tell(
                e.ServerLaunched,
                server=server.name,
                number=number,
                pool=server.pool,
                version=image.version,
                digest=digest,
            )
            if within:
                await self.engine.healthy(server, within)
        except ServerError:
            await self.stop(server)
            raise
        return server

    async def admit(self, server: Server, checked: bool = True) -> None:
        """Let a healthy server serve; where it is not `checked`, the proxy never asks for its health."""
        await self.engine.admit(server, checked)
        self.tell(e.ServerAdmitted, server=server.name, version=self._running.get(server.name, server.version))

    async def drain(self, server: Server, within: float) -> int:
        """Give a server nothing new and wait for what it has begun; the number of requests left at the deadline."""
        self.tell(e.ServerDraining, server=server.name)
        return await self.engine.drain(server, within)

    async def stop(self, server: Server, cut: int = 0) -> None:
        """Remove a server."""
        await self.engine.stop(server)
        self.servers.pop(server.name, None)
        self.launched_from.pop(server.name, None)
        self.digests.pop(server.name, None)
        self._running.pop(server.name, None)
        self.unwell.pop(server.name, None)
        self.dead.discard(server.name)
        self.tell(e.ServerStopped, server=server.name, cut=cut)

    async def retire(self, server: Server, drain: float) -> None:
        """Drain and stop a server; a dead one is only removed."""
        cut = 0 if server.name in self.dead else await self.drain(server, drain)
        await self.stop(server, cut)

    async def kill(self, server: Server) -> None:
        """Let a server die."""
        self.dead.add(server.name)
        self.lost_at.setdefault(server.number, self.now())
        await self.engine.kill(server)
        self.tell(e.ServerKilled, server=server.name)

    async def reboot(self, server: Server) -> None:
        """Restart a machine, and see what it runs then."""
        await self.engine.reboot(server)
        self.dead.discard(server.name)
        self.tell(e.ServerRebooted, server=server.name, version=await self._look(server))

    async def patch(self, server: Server, steps: Mapping[str, Iterable[Operation]]) -> None:
        """Carry out the steps of a patch on one server, in their order. `StepError` where one fails."""
        for step, operations in steps.items():
            fault = (server.number, step) in self.armed
            if fault:
                await self.engine.obstruct(server, step)
            try:
                for operation in operations:
                    outcome = await self.apply(server, operation, By("patch", "lab", step))
                    if not outcome.ok:
                        raise StepError(f"{server.name}: {step} failed: {outcome.detail}")
            finally:
                if fault:
                    self.armed.discard((server.number, step))
                    await self.engine.clear(server, step)

    async def apply(self, server: Server, operation: Operation, by: By) -> Outcome:
        """Carry out one operation on a server; what came of it. A server that does not answer is a failure too."""
        began = self.now()
        try:
            if server.name in self.dead:
                raise ServerError(f"{server.name} is dead")
            outcome = await self.engine.apply(server, operation)
        except ServerError as error:
            outcome = Outcome(False, str(error))
        self.tell(
            e.OperationDone,
            server=server.name,
            by=by.what,
            who=by.who,
            step=by.step,
            command=outcome.command,
            ok=outcome.ok,
            seconds=round(self.now() - began, 6),
            detail=outcome.detail,
        )
        if outcome.ok and isinstance(operation, RestartService):
            self.tell(e.VersionRunning, server=server.name, version=await self._look(server))
        return outcome

    async def _look(self, server: Server) -> str:
        """The version that a service says it runs, after it was started anew."""
        version = self._running[server.name] = (await self.engine.observe(server)).version
        return version

    def _next(self, number: int, image: Image, pool: str, writable: bool) -> Server:
        """The next server for a place; one without a place (0) is called after its pool.

        The first of them has the plain name; later ones count on.
        """
        launches = self._launches[number] = self._launches.get(number, 0) + 1
        name = f"{self.spec.name}-{number or pool}" + (f"-{launches}" if launches > 1 else "")
        return Server(name, self.spec.name, pool, number, image.version, writable)
