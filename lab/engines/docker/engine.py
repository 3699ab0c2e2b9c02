"""`DockerEngine`: the lab in real containers, behind a real proxy, under real traffic."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import platformdirs

from lab.engines.base import LabError, ServerError, World
from lab.engines.commands import Argv, clearance, command, gist, observed, obstacle, probe, probed, shown
from lab.engines.containers import run_line
from lab.engines.docker import cleanup
from lab.engines.docker.balancer import Balancer
from lab.engines.docker.calls import Calls, connect
from lab.engines.docker.changes import changes
from lab.engines.docker.errors import DOCKER_ERRORS
from lab.engines.docker.images import ensure_foundations, ensure_recipe
from lab.engines.docker.machines import Machines
from lab.engines.docker.preview import preview
from lab.engines.docker.runtime import Runtime
from lab.engines.docker.site import Site
from lab.engines.docker.traffic import Traffic
from lab.engines.docker.usage import Sample, sample, seconds, usage
from lab.model.events import HealthChanged, Progress
from lab.model.fleet import Observation, Server
from lab.model.image import Image
from lab.model.look import Inspected, Usage
from lab.model.manifest import Delta, Manifest
from lab.model.operation import FetchPackages, InstallPackages, Operation, Outcome
from lab.model.package import UnknownPackageError
from lab.model.probed import Probed
from lab.model.recipe import Recipe
from lab.model.routing import Routing

if TYPE_CHECKING:
    import docker

T = TypeVar("T")

HEALTHY_AFTER_REBOOT = 30.0
CLOSE_WITHIN = 20.0


class DockerEngine:
    """The engine protocol on a Docker engine.

    `lock` is the file that this process holds locked as long as it lives; it is written on everything that is
    made, so that others can tell what is in use from what was left behind. `urls` holds, once the engine is
    open, where each fleet can be reached.
    """

    name = "docker"

    def __init__(self, lock: Path | None = None, cache: Path | None = None) -> None:
        self._lock = lock
        self._cache = cache or Path(platformdirs.user_cache_dir("immutable-lab"))
        self._calls = Calls()
        self._client: docker.DockerClient | None = None
        self._closing: asyncio.Task[None] | None = None
        self._images: dict[str, Image] = {}
        self._samples: dict[str, Sample] = {}
        self._contents: dict[tuple[str, str], bytes] = {}
        self._building = asyncio.Lock()
        self.urls: dict[str, str] = {}

    async def open(self, world: World) -> None:
        self._world, self._loop = world, asyncio.get_running_loop()
        do, tell = self._calls, self._tell
        client = self._client = await do("connecting to the Docker engine", connect)
        self._site = site = Site(client, world.session, self._lock)
        self._machines = Machines(client, world.session, site)
        self._balancer = Balancer(Runtime(client, site.proxy), self._health_changed)
        self._traffic = Traffic(world.emit, world.now)
        self._foundations = found = await do("building the lab's images", ensure_foundations, client, tell, do.going)
        await do("creating the networks", site.create_networks)
        await do("starting the package repository", site.start_repository, found.base, world.catalogue)
        self.urls = await do("starting the proxy", site.start_proxy, found.proxy, world.fleets)
        self._balancer.start()
        await self._traffic.start(self.urls, world.interval)
        tell("; ".join(f"{fleet} answers at {url}" for fleet, url in self.urls.items()))

    async def build(self, recipe: Recipe) -> Image:
        assert self._client is not None
        marks = self._site.labels("export")
        catalogue, base = self._world.catalogue, self._foundations.base
        build = partial(
            ensure_recipe, self._client, recipe, catalogue, base, self._cache, marks, self._tell, self._calls.going
        )
        async with self._building:
            return await self._calls(f"building {recipe.service} {recipe.version}", build)

    async def launch(self, server: Server, image: Image) -> None:
        start = partial(self._machines.start, server, image.digest)
        address = await self._calls.start(f"starting {server.name}", start)
        self._images[server.name] = image
        await self._balancer.add(server, address)

    async def healthy(self, server: Server, within: float) -> None:
        await self._balancer.healthy(server, within)

    async def admit(self, server: Server, checked: bool = True) -> None:
        await self._balancer.admit(server, checked)

    async def drain(self, server: Server, within: float) -> int:
        return await self._balancer.drain(server, within)

    async def stop(self, server: Server) -> None:
        await self._balancer.suspend(server)
        await self._on(server, "removing", partial(self._machines.remove, server))
        await self._balancer.remove(server)
        self._images.pop(server.name, None)
        self._samples.pop(server.name, None)

    async def kill(self, server: Server) -> None:
        await self._on(server, "killing", partial(self._machines.kill, server))

    async def reboot(self, server: Server) -> None:
        address = await self._on(server, "restarting", partial(self._machines.restart, server))
        await self._balancer.move(server, address)
        # The proxy may have noticed nothing: only once the service answers is a good opinion of it a new one.
        await self._must(server, ["storefront-status", "--wait", f"{HEALTHY_AFTER_REBOOT:g}"])
        await self._balancer.healthy(server, HEALTHY_AFTER_REBOOT)

    async def apply(self, server: Server, operation: Operation) -> Outcome:
        argv = command(self._with_dependencies(operation))
        code, output, said = await self._run(server, argv)
        return Outcome(code == 0, gist(output, said) or (f"exit code {code}" if code else ""), shown(argv))

    async def observe(self, server: Server) -> Observation:
        return observed(await self._must(server, ["storefront-status"]))

    async def probe(self, server: Server, requests: int) -> Probed:
        code, output, said = await self._run(server, probe(requests))
        if code:
            raise ServerError(f"{server.name} could not be probed: {gist(output, said)}")
        return probed(output)

    async def digest(self, server: Server) -> str:
        return await self._on(server, "inspecting", partial(self._machines.digest, server))

    async def changes(self, server: Server) -> Delta:
        if server.name not in self._images:
            raise ServerError(f"{server.name} does not run")
        image = self._images[server.name].manifest
        return await self._on(server, "reading", partial(self._read, server, image))

    async def inspect(self, server: Server) -> Inspected:
        found = await self._on(server, "inspecting", partial(self._machines.inspect, server))
        line = run_line(self._machines.creation(server, found["Image"]))
        uptime = max(0.0, time.time() - seconds(found["State"]["StartedAt"]))
        return Inspected(line, uptime, await self.changes(server))

    async def read(self, where: Server | Image, paths: Sequence[str]) -> Mapping[str, bytes]:
        if isinstance(where, Server):
            return await self._on(where, "reading files of", partial(self._machines.read, where, paths))
        unknown = [path for path in paths if (where.digest, path) not in self._contents]
        if unknown:
            read = partial(self._machines.read_image, where.digest, unknown)
            found = await self._calls(f"reading image {where.version}", read)
            self._contents |= {(where.digest, path): content for path, content in found.items()}
        known = {path: self._contents.get((where.digest, path)) for path in paths}
        return {path: content for path, content in known.items() if content is not None}

    async def usage(self, server: Server) -> Usage:
        stats = await self._on(server, "measuring", partial(self._machines.stats, server))
        before, self._samples[server.name] = self._samples.get(server.name), sample(stats)
        return usage(before, stats)

    async def logs(self, server: Server, lines: int) -> tuple[str, ...]:
        return tuple(await self._on(server, "reading the logs of", partial(self._machines.logs, server, lines)))

    def shell(self, server: Server) -> tuple[str, ...]:
        return ("docker", "exec", "-it", self._machines.name(server), "bash")

    async def obstruct(self, server: Server, step: str) -> None:
        await self._must(server, obstacle(step))

    async def clear(self, server: Server, step: str) -> None:
        await self._must(server, clearance(step))

    async def repository(self, reachable: bool) -> None:
        await self._calls("changing the package repository's network", self._site.set_repository, reachable)

    async def route(self, fleet: str, routing: Routing) -> None:
        await self._balancer.route(fleet, routing)

    async def preview(self, fleet: str, pool: str, requests: int) -> Probed:
        return await preview(self.urls[fleet], pool, requests)

    async def traffic(self, rate: float) -> None:
        await self._traffic.rate(rate)

    async def close(self, keep: bool = False) -> None:
        if self._closing is None:
            self._closing = asyncio.create_task(self._close(keep), name="closing the Docker engine")
        while not self._closing.done():
            # A second interrupt must not leave half of it behind.
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.shield(self._closing)

    async def _close(self, keep: bool) -> None:
        self._calls.refuse()
        if self._client is None:
            return
        with contextlib.suppress(LabError, OSError):
            await self._traffic.close()
            await self._balancer.close()
        if not keep:
            await self._calls.started(CLOSE_WITHIN)
            await self._sweep()  # what is under way on servers ends with them
        await self._calls.finish(CLOSE_WITHIN)
        if not keep:
            await self._sweep()
        self._client.close()

    async def _sweep(self) -> None:
        assert self._client is not None
        with contextlib.suppress(*DOCKER_ERRORS):
            await asyncio.to_thread(cleanup.remove, self._client, [self._world.session])

    def _read(self, server: Server, image: Manifest) -> Delta:
        return changes(image, self._machines.changed_paths(server), partial(self._machines.run, server))

    def _with_dependencies(self, operation: Operation) -> Operation:
        """The operation with the versions of dependencies named: apt itself would take the newest there is."""
        if not isinstance(operation, FetchPackages | InstallPackages):
            return operation
        try:
            wanted = self._world.catalogue.closure(dict(operation.packages))
        except UnknownPackageError:
            return operation  # apt will say so
        return replace(operation, packages=tuple(wanted.items()))

    async def _on(self, server: Server, doing: str, function: Callable[[], T]) -> T:
        return await self._calls.on_server(f"{doing} {server.name}", function)

    async def _run(self, server: Server, argv: Argv) -> tuple[int, bytes, bytes]:
        return await self._on(server, "running a command on", partial(self._machines.run, server, argv))

    async def _must(self, server: Server, argv: Argv) -> bytes:
        """The output of a command that has to go well. `ServerError` if it doesn't."""
        code, output, said = await self._run(server, argv)
        if code:
            raise ServerError(f"{server.name}: `{shown(argv)}` failed: {gist(output, said)}")
        return output

    def _health_changed(self, server: Server, healthy: bool) -> None:
        event = HealthChanged(at=self._world.now(), fleet=server.fleet, server=server.name, healthy=healthy)
        self._world.emit(event)

    def _tell(self, text: str) -> None:
        """Report progress, from whatever thread."""
        self._loop.call_soon_threadsafe(lambda: self._world.emit(Progress(at=self._world.now(), text=text)))
