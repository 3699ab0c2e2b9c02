"""The simulator as an engine: machines, their proxy and their traffic, in the running loop's time.

Meant for a `VirtualLoop`. Everything random is drawn from the world's seed, in an order that only the orders
given decide: the same scenario with the same seed makes the same events, byte for byte.
"""

import asyncio
import contextlib
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from lab.engines.base import ServerError, World
from lab.engines.commands import PROBES_AT_ONCE, command, shown
from lab.engines.containers import MEMORY, creation, run_line
from lab.engines.sim import base_image, durations
from lab.engines.sim.balancer import Balancer
from lab.engines.sim.durations import PROXY_OVERHEAD
from lab.engines.sim.flow import Flow
from lab.engines.sim.machine import Machine, RefusedError
from lab.model.events import HealthChanged, TrafficCounted
from lab.model.fleet import Observation, Server
from lab.model.histogram import bucket
from lab.model.image import Image
from lab.model.look import TEXT_LIMIT, Inspected, Usage
from lab.model.manifest import Delta
from lab.model.operation import FetchPackages, InstallPackages, Operation, Outcome, RestartService
from lab.model.probed import Probed
from lab.model.proxy import CONNECT_TIMEOUT
from lab.model.recipe import SIGMA, Recipe
from lab.model.routing import Routing

if TYPE_CHECKING:
    from lab.model.contents import Contents

HEALTHY_AFTER_REBOOT = 30.0
"""Seconds after which a rebooted machine is given up."""


class SimEngine:
    """`lab.engines.base.Engine` in process."""

    name = "sim"

    def __init__(self) -> None:
        self._images: dict[str, Contents] = {}
        self._machines: dict[str, Machine] = {}
        self._balancers: dict[str, Balancer] = {}
        self._launching = asyncio.Semaphore(durations.AT_ONCE)
        self._reading = asyncio.Semaphore(durations.AT_ONCE)
        self._repository = True
        self._counting: asyncio.TimerHandle | None = None
        self._counted_until = 0.0
        self._rate = 0.0

    async def open(self, world: World) -> None:
        self._world = world
        self._random = np.random.default_rng(world.seed)
        for spec in world.fleets:
            self._balancers[spec.name] = self._balancer(spec.name)

    async def build(self, recipe: Recipe) -> Image:
        contents = base_image.build(recipe, self._world.catalogue)
        image = Image(recipe, f"sha256:{recipe.digest}", contents.manifest)
        self._images[image.digest] = contents
        return image

    async def launch(self, server: Server, image: Image) -> None:
        machine = Machine(server, image, self._images[image.digest].files, self._world.catalogue)
        async with self._launching:
            await self._takes(durations.LAUNCH)
        machine.up_since = asyncio.get_running_loop().time()
        self._machines[server.name] = machine
        self._balancers[server.fleet].add(machine)
        asyncio.get_running_loop().call_later(
            self._drawn(durations.START) + image.recipe.behaviour.startup, self._start, machine
        )

    async def healthy(self, server: Server, within: float) -> None:
        try:
            async with asyncio.timeout(within):
                await self._balancers[server.fleet].backends[server.name].known_up.wait()
        except TimeoutError:
            raise ServerError(f"{server.name} did not become healthy within {within:g} s") from None

    async def admit(self, server: Server, checked: bool = True) -> None:
        self._balancers[server.fleet].set_ready(server.name, True, checked)

    async def drain(self, server: Server, within: float) -> int:
        balancer = self._balancers[server.fleet]
        under_way = balancer.flow.under_way(server.name)
        balancer.set_ready(server.name, False)
        longest = under_way[-1] if under_way else 0.0
        await asyncio.sleep(min(within, math.ceil(longest / durations.DRAIN_POLL) * durations.DRAIN_POLL))
        left = sum(left > within for left in under_way)
        self._lose(server, left)
        return left

    async def stop(self, server: Server) -> None:
        machine = self._machines.pop(server.name, None)
        if machine is None:
            return
        balancer = self._balancers[server.fleet]
        self._lose(server, len(balancer.flow.under_way(server.name)))
        machine.on = False
        balancer.remove(server.name)
        await self._takes(durations.STOP)

    async def kill(self, server: Server) -> None:
        machine = self._machine(server)
        await self._takes(durations.KILL)
        self._power_off(machine)

    async def reboot(self, server: Server) -> None:
        machine = self._machines[server.name]
        self._power_off(machine)
        await self._takes(durations.REBOOT)
        machine.on, machine.up_since = True, asyncio.get_running_loop().time()
        machine.obstacles.clear()
        machine.fetched.clear()
        await self._takes(durations.START)
        await asyncio.sleep(machine.startup)
        self._start(machine)
        if machine.loaded is None:
            await asyncio.sleep(HEALTHY_AFTER_REBOOT)
            raise ServerError(f"{server.name} was restarted, but its service did not become healthy")
        await self.healthy(server, HEALTHY_AFTER_REBOOT)

    async def apply(self, server: Server, operation: Operation) -> Outcome:
        machine = self._machine(server)
        machine.repository = self._repository
        if isinstance(operation, RestartService):
            outcome = await self._restart(machine, operation)
        else:
            outcome = machine.apply(operation)
            await self._takes(durations.OPERATIONS[type(operation)] if outcome.ok else self._failing(operation))
        self._machine(server)  # that it still runs when this is done
        return replace(outcome, command=shown(command(operation)))

    async def _restart(self, machine: Machine, operation: RestartService) -> Outcome:
        """The service is away while it starts; whoever ordered it hears of it later."""
        if "restart" in machine.obstacles:
            await self._takes(durations.REFUSED)
            return machine.apply(operation)
        machine.loaded = None
        self._look_again(machine)
        away = await self._takes(durations.START) + machine.startup
        await asyncio.sleep(machine.startup)
        outcome = machine.apply(operation) if machine.on else Outcome(False)
        self._look_again(machine)
        whole = durations.OPERATIONS[RestartService] if outcome.ok else durations.UNSTARTABLE
        await asyncio.sleep(max(0.0, self._drawn(whole) - away))
        return outcome

    def _failing(self, operation: Operation) -> durations.Duration:
        away = isinstance(operation, FetchPackages | InstallPackages) and not self._repository
        return durations.UNRESOLVED if away else durations.REFUSED

    async def observe(self, server: Server) -> Observation:
        machine = self._machine(server)
        if machine.loaded is None:
            raise ServerError(f"the service on {server.name} does not answer")
        return machine.loaded.observation

    async def probe(self, server: Server, requests: int) -> Probed:
        loaded = self._machine(server).loaded
        if loaded is None:
            raise ServerError(f"the service on {server.name} does not answer")
        latencies = loaded.behaviour.latency * np.exp(SIGMA * self._random.standard_normal(requests))
        errors = int(self._random.binomial(requests, loaded.behaviour.errors))
        await self._takes(durations.PROBE)
        await asyncio.sleep(float(latencies.sum()) / PROBES_AT_ONCE)
        return Probed(requests, errors, dict(Counter(bucket(latency) for latency in latencies.tolist())))

    async def digest(self, server: Server) -> str:
        return self._machine(server).image.digest

    async def changes(self, server: Server) -> Delta:
        async with self._reading:
            await self._takes(durations.READ)
        return dict(self._machine(server).delta)

    async def inspect(self, server: Server) -> Inspected:
        machine = self._machine(server)
        line = run_line(creation(server, machine.image.digest, self._world.session, {}))
        return Inspected(line, asyncio.get_running_loop().time() - machine.up_since, dict(machine.delta))

    async def read(self, where: Server | Image, paths: Sequence[str]) -> Mapping[str, bytes]:
        files = self._machine(where).read if isinstance(where, Server) else self._images[where.digest].files.get
        found = ((path, files(path)) for path in paths)
        return {path: content for path, content in found if content is not None and len(content) <= TEXT_LIMIT}

    async def usage(self, server: Server) -> Usage:
        self._machine(server)
        rate = self._balancers[server.fleet].flow.rate(server.name)
        cpu = durations.CPU_IDLE + rate * durations.CPU_PER_REQUEST
        return Usage(cpu, durations.MEMORY_USED, MEMORY << 20)

    async def logs(self, server: Server, lines: int) -> tuple[str, ...]:
        machine = self._machines.get(server.name)
        if machine is None:
            raise ServerError(f"{server.name} is gone, and its logs with it")
        return tuple(machine.output)[-lines:]

    def shell(self, server: Server) -> tuple[str, ...]:
        return ()

    async def obstruct(self, server: Server, step: str) -> None:
        machine = self._machine(server)
        machine.obstacles.add(step)
        self._look_again(machine)

    async def clear(self, server: Server, step: str) -> None:
        machine = self._machines.get(server.name)
        if machine:
            machine.obstacles.discard(step)
            self._look_again(machine)

    async def repository(self, reachable: bool) -> None:
        self._repository = reachable

    async def route(self, fleet: str, routing: Routing) -> None:
        self._balancers[fleet].flow.set_shares(asyncio.get_running_loop().time(), routing.shares)

    async def preview(self, fleet: str, pool: str, requests: int) -> Probed:
        backends = [b for b in self._balancers[fleet].backends.values() if b.machine.server.pool == pool and b.ready]
        probed = Probed()
        for number in range(requests):
            loaded = backends[number % len(backends)].machine.loaded if backends else None
            if loaded is None:
                probed = probed.plus(Probed(1, 1))
                continue
            latency = PROXY_OVERHEAD + loaded.behaviour.latency * math.exp(SIGMA * self._random.standard_normal())
            failed = int(self._random.random() < loaded.behaviour.errors)
            probed = probed.plus(Probed(1, failed, {bucket(latency): 1}))
        await asyncio.sleep((probed.p95 or CONNECT_TIMEOUT) * math.ceil(requests / durations.PREVIEWS_AT_ONCE))
        return probed

    async def traffic(self, rate: float) -> None:
        now = asyncio.get_running_loop().time()
        if self._counting:
            self._counting.cancel()
            self._count()
        else:
            self._counted_until = self._world.now()
        for balancer in self._balancers.values():
            balancer.flow.set_rate(now, rate)
        self._counting = self._count_later() if rate else None

    async def close(self, keep: bool = False) -> None:
        if self._counting:
            self._counting.cancel()
        self._counting = None
        self._machines.clear()

    def _balancer(self, fleet: str) -> Balancer:
        flow_random, check_random = self._random.spawn(2)

        def tell(server: str, healthy: bool) -> None:
            self._world.emit(HealthChanged(at=self._world.now(), fleet=fleet, server=server, healthy=healthy))

        return Balancer(Flow(flow_random), check_random, tell)

    def _machine(self, server: Server) -> Machine:
        machine = self._machines.get(server.name)
        if machine is None or not machine.on:
            raise ServerError(f"{server.name} does not answer: the machine is down")
        return machine

    def _power_off(self, machine: Machine) -> None:
        self._lose(machine.server, len(self._balancers[machine.server.fleet].flow.under_way(machine.server.name)))
        machine.on = False
        machine.loaded = None
        self._look_again(machine)

    def _start(self, machine: Machine) -> None:
        """Let the service start; where it cannot, the proxy never sees it healthy: that is how one hears of it."""
        if machine.on:
            with contextlib.suppress(RefusedError):
                machine.start()
            self._look_again(machine)

    def _look_again(self, machine: Machine) -> None:
        self._balancers[machine.server.fleet].look_again(machine.server.name)

    def _lose(self, server: Server, number: int) -> None:
        machine = self._machines.get(server.name)
        if number and machine and machine.loaded:
            version = machine.loaded.observation.version
            self._balancers[server.fleet].flow.lose(server.name, version, number)

    def _count_later(self) -> asyncio.TimerHandle:
        def count() -> None:
            self._count()
            self._counting = self._count_later()

        return asyncio.get_running_loop().call_later(self._world.interval, count)

    def _count(self) -> None:
        now, start = self._world.now(), self._counted_until
        for fleet, balancer in self._balancers.items():
            rows = balancer.flow.count(asyncio.get_running_loop().time())
            samples = balancer.flow.samples(rows, start, now)
            self._world.emit(TrafficCounted(at=now, start=start, fleet=fleet, rows=rows, samples=samples))
        self._counted_until = now

    def _drawn(self, duration: durations.Duration) -> float:
        return duration.median * math.exp(durations.SPREAD * float(self._random.standard_normal()))

    async def _takes(self, duration: durations.Duration) -> float:
        """Let a duration pass; how long it was."""
        seconds = self._drawn(duration)
        await asyncio.sleep(seconds)
        return seconds
