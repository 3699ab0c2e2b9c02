"""The engine protocol: what a lab asks of the place where its servers live, and how that place says no.

An engine keeps no history and makes no decisions. It reports two things by itself, through the sink that it
is opened with: the proxy's opinion of servers (`HealthChanged`) and the traffic (`TrafficCounted`).
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from lab.model.events import Event
from lab.model.fleet import FleetSpec, Observation, Server
from lab.model.image import Image
from lab.model.look import Inspected, Usage
from lab.model.manifest import Delta
from lab.model.operation import Operation, Outcome
from lab.model.package import Catalogue
from lab.model.probed import Probed
from lab.model.recipe import Recipe
from lab.model.routing import Routing


class LabError(Exception):
    """What a user is told instead of a traceback: what happened, where, and what to do next."""

    exit_code = 1


class EngineUnusableError(LabError):
    """The engine cannot be used, or no longer: nothing more can be asked of it."""

    exit_code = 3


class BuildError(LabError):
    """A recipe cannot be built: what it asks for contradicts itself."""

    exit_code = 2


class ServerError(LabError):
    """One server did not do what was asked of it; the others are not concerned."""


@dataclass(frozen=True)
class World:
    """What an engine has to know before it builds anything.

    `slo` is in seconds, `interval` is the length in seconds over which requests are counted together.
    `emit` takes the engine's own events, in the engine's loop; `now` is lab time in seconds.
    """

    session: str
    seed: int
    fleets: tuple[FleetSpec, ...]
    catalogue: Catalogue
    interval: float
    emit: Callable[[Event], None]
    now: Callable[[], float]


class Engine(Protocol):
    """Every method may raise `EngineUnusableError`; those on a server may raise `ServerError`."""

    name: str

    async def open(self, world: World) -> None:
        """Set up what all fleets share: networks, proxy, package repository."""

    async def build(self, recipe: Recipe) -> Image:
        """The image of a recipe: built, or found if the same recipe was built before. May raise `BuildError`."""

    async def launch(self, server: Server, image: Image) -> None:
        """Start a machine and make it known to its pool, without traffic; returns before it is healthy."""

    async def healthy(self, server: Server, within: float) -> None:
        """Wait until the proxy's health check passes. `ServerError` after `within` seconds."""

    async def admit(self, server: Server, checked: bool = True) -> None:
        """Let the proxy send traffic to the server; if not `checked`, whether it is healthy or not, for ever."""

    async def drain(self, server: Server, within: float) -> int:
        """Let the proxy send nothing new; wait for what is under way, `within` seconds at most; what is left of it."""

    async def stop(self, server: Server) -> None:
        """Take the machine out of the proxy and remove it, whatever it is doing."""

    async def kill(self, server: Server) -> None:
        """Let the machine die, so that the proxy has to find out by itself."""

    async def reboot(self, server: Server) -> None:
        """Restart the machine and wait until the proxy sees it healthy again."""

    async def apply(self, server: Server, operation: Operation) -> Outcome:
        """Carry out an operation on a running machine. A refusal is an `Outcome`, not an error."""

    async def observe(self, server: Server) -> Observation:
        """What the running service says of itself. `ServerError` if it doesn't answer."""

    async def probe(self, server: Server, requests: int) -> Probed:
        """Send requests to one server, past the proxy: it need not be admitted, and they are in no ledger."""

    async def digest(self, server: Server) -> str:
        """The digest of the image that the machine was really made from, as the engine knows it."""

    async def changes(self, server: Server) -> Delta:
        """How the server differs from the image that it was launched from, without volatile paths."""

    async def inspect(self, server: Server) -> Inspected:
        """How the server was started and what changed on it. Like all looking, it costs no lab time where that is
        virtual, and draws on no random numbers: who looks changes nothing."""

    async def read(self, where: Server | Image, paths: Sequence[str]) -> Mapping[str, bytes]:
        """What these files hold on a server, or in an image. Left out: what is no file, or above `TEXT_LIMIT`."""

    async def usage(self, server: Server) -> Usage:
        """What the server uses; cheap enough to be asked every second."""

    async def logs(self, server: Server, lines: int) -> tuple[str, ...]:
        """The last lines that its supervisor and service printed; a dead server's too. Cheap as well."""

    def shell(self, server: Server) -> tuple[str, ...]:
        """What to run to get a shell on the server; nothing where there is no real machine."""

    async def obstruct(self, server: Server, step: str) -> None:
        """Set an obstacle in the machine on which a patch step fails: one of `PATCH_STEPS`."""

    async def clear(self, server: Server, step: str) -> None:
        """Take that obstacle away."""

    async def repository(self, reachable: bool) -> None:
        """Make the package repository reachable for the servers, or not."""

    async def route(self, fleet: str, routing: Routing) -> None:
        """Divide a fleet's traffic among its pools, atomically."""

    async def preview(self, fleet: str, pool: str, requests: int) -> Probed:
        """Send requests through the proxy to a pool, be it live or not; they are no user's, and in no ledger."""

    async def traffic(self, rate: float) -> None:
        """Send every fleet `rate` requests a second from now on; 0 stops, and waits for what is under way."""

    async def close(self, keep: bool = False) -> None:
        """Remove all that was made, or leave it running if `keep`. Never raises; safe at any moment, and twice."""


class LabClock:
    """Lab time: 0 until it is started, then the seconds of the running loop since."""

    def __init__(self) -> None:
        self._started: float | None = None

    def start(self) -> None:
        self._started = asyncio.get_running_loop().time()

    def now(self) -> float:
        """Seconds of lab time, to the microsecond."""
        if self._started is None:
            return 0.0
        return round(asyncio.get_running_loop().time() - self._started, 6)
