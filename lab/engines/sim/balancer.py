"""The modelled proxy of one fleet: whom it sends traffic to, and when it learns that a server is well or not.

It does not see a server's condition, only what its health checks have told it so far; between the two lies the
time in which requests meet a dead server.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from lab.engines.sim.flow import Condition, Flow, Kind
from lab.engines.sim.machine import Machine
from lab.model.proxy import CHECK_INTERVAL, FALL, RISE
from lab.model.recipe import Behaviour


@dataclass
class Backend:
    """What the proxy knows of one server; `up` is its opinion, `ready` whether it may send it traffic,
    `checked` whether it asks for its health."""

    machine: Machine
    ready: bool = False
    up: bool = False
    checked: bool = True
    known_up: asyncio.Event = field(default_factory=asyncio.Event)
    pending: asyncio.TimerHandle | None = None


class Balancer:
    """Health checks and rotation of one fleet. `tell(server, healthy)` hears of changed opinions."""

    def __init__(self, flow: Flow, random: np.random.Generator, tell: Callable[[str, bool], None]) -> None:
        self.flow = flow
        self.backends: dict[str, Backend] = {}
        self._random = random
        self._tell = tell

    def add(self, machine: Machine) -> None:
        """Make a server known to the proxy: checked from now on, without traffic."""
        self.backends[machine.server.name] = Backend(machine)

    def remove(self, server: str) -> None:
        """Forget a server."""
        backend = self.backends.pop(server)
        if backend.pending:
            backend.pending.cancel()
        self.flow.leave(self._now(), server)

    def set_ready(self, server: str, ready: bool, checked: bool = True) -> None:
        """Allow or forbid new requests to a server; one that is not `checked` any more counts as up for ever."""
        backend = self.backends[server]
        backend.ready = ready
        if ready and not checked:
            backend.checked, backend.up = False, True
        self._rotate(server)

    def look_again(self, server: str) -> None:
        """The server's condition may have changed: traffic feels it at once, the health check after a while."""
        backend = self.backends.get(server)
        if backend is None:
            return
        self._rotate(server)
        if backend.pending:
            backend.pending.cancel()
            backend.pending = None
        if not backend.checked:
            return
        healthy = _condition(backend.machine) == "answering" and backend.machine.healthy
        if healthy != backend.up:
            # The next check comes within one interval; a change of mind needs so many alike in a row.
            # A check of a machine that is away takes one interval to be given up.
            checks = (RISE if healthy else FALL) - 1 + (_condition(backend.machine) == "gone")
            delay = CHECK_INTERVAL * (checks + float(self._random.random()))
            backend.pending = asyncio.get_running_loop().call_later(delay, self._notice, server, healthy)

    def _notice(self, server: str, healthy: bool) -> None:
        backend = self.backends[server]
        backend.pending = None
        backend.up = healthy
        (backend.known_up.set if healthy else backend.known_up.clear)()
        self._rotate(server)
        if backend.ready:
            self._tell(server, healthy)

    def _rotate(self, server: str) -> None:
        backend = self.backends[server]
        if not (backend.ready and backend.up):
            self.flow.leave(self._now(), server)
            return
        loaded, pool = backend.machine.loaded, backend.machine.server.pool
        condition = _condition(backend.machine)
        if loaded and condition == "answering":
            kind = Kind(pool, loaded.observation.version, loaded.behaviour, condition)
        else:
            kind = Kind(pool, "", Behaviour(), condition)
        self.flow.join(self._now(), server, kind)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()


def _condition(machine: Machine) -> Condition:
    if not machine.on:
        return "gone"
    return "answering" if machine.loaded else "refusing"
