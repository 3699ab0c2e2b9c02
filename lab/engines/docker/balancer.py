"""The proxy as the engine uses it: which servers it knows, what it thinks of them, where it sends traffic."""

import asyncio
import contextlib
import csv
from collections.abc import Callable
from dataclasses import dataclass

from lab.engines.base import LabError, ServerError
from lab.engines.docker.haproxy import add_server, backend, set_route
from lab.engines.docker.runtime import Runtime
from lab.model.fleet import Server
from lab.model.routing import Routing

POLL = 0.06
"""Seconds between two looks at what the proxy thinks."""

DRAIN_POLL = 0.02


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the proxy thinks of one server: whether its check passes, and requests under way there."""

    healthy: bool
    sessions: int


def opinions(statistics: str) -> dict[str, Opinion]:
    """HAProxy's `show stat` as opinions by server, `BACKEND/NAME`."""
    found = {}
    for row in csv.DictReader(statistics.removeprefix("# ").splitlines()):
        # A check under way is marked with a star before the result of the last one.
        passes = row["check_status"].removeprefix("* ") == "L7OK"
        up = row["status"].startswith("UP") or (passes and row["status"].startswith("DRAIN"))
        found[f"{row['pxname']}/{row['svname']}"] = Opinion(up, int(row["scur"] or 0))
    return found


class Balancer:
    """Drives one HAProxy. `changed` hears when it changes its mind on a server that was admitted."""

    def __init__(self, runtime: Runtime, changed: Callable[[Server, bool], None]) -> None:
        self._runtime = runtime
        self._changed = changed
        self._admitted: dict[str, tuple[Server, bool]] = {}
        self._waiting: dict[str, asyncio.Future[None]] = {}
        self._poller: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._poller = asyncio.create_task(self._poll(), name="proxy poller")

    async def close(self) -> None:
        if self._poller:
            self._poller.cancel()
            with contextlib.suppress(asyncio.CancelledError, LabError):
                await self._poller
        self._runtime.close()

    async def add(self, server: Server, address: str) -> None:
        """Make a server known: checked, without traffic."""
        name = _name(server)
        await self._expect(add_server(name, address), "registered")
        await self._runtime.command(f"enable health {name}")
        await self._runtime.command(f"set server {name} state drain")

    async def move(self, server: Server, address: str) -> None:
        """The server now has this address."""
        await self._runtime.command(f"set server {_name(server)} addr {address} port 8080")

    async def remove(self, server: Server) -> None:
        """Forget a server whose machine is gone, and end what was under way there."""
        name = _name(server)
        if waiting := self._waiting.pop(name, None):
            waiting.cancel()
        await self._runtime.command(f"set server {name} state maint")
        await self._runtime.command(f"shutdown sessions server {name}")
        async with asyncio.timeout(5):
            while "deleted" not in (answer := await self._runtime.command(f"del server {name}")):
                if "No such server" in answer:
                    break
                await asyncio.sleep(DRAIN_POLL)

    async def admit(self, server: Server, checked: bool = True) -> None:
        """Send it traffic; one that is not `checked` any more counts as well for ever."""
        if checked:
            self._admitted[server.name] = (server, True)
        else:
            await self._runtime.command(f"disable health {_name(server)}")
            await self._runtime.command(f"set server {_name(server)} health up")
        await self._runtime.command(f"set server {_name(server)} state ready")

    async def suspend(self, server: Server) -> None:
        """Nothing new to this server, at once, even what is being tried again."""
        self._admitted.pop(server.name, None)
        await self._runtime.command(f"set server {_name(server)} state maint")

    async def drain(self, server: Server, within: float) -> int:
        """Send nothing new; wait `within` seconds at most for what is under way; what is left of it."""
        self._admitted.pop(server.name, None)
        name = _name(server)
        await self._runtime.command(f"set server {name} state drain")
        deadline = asyncio.get_running_loop().time() + within
        while sessions := await self._sessions(server):
            if asyncio.get_running_loop().time() >= deadline:
                return sessions
            await asyncio.sleep(DRAIN_POLL)
        return 0

    async def healthy(self, server: Server, within: float) -> None:
        """Wait until the server's check passes. `ServerError` after `within` seconds."""
        waiting = self._waiting.setdefault(_name(server), asyncio.get_running_loop().create_future())
        try:
            async with asyncio.timeout(within):
                await asyncio.shield(waiting)
        except TimeoutError:
            raise ServerError(f"{server.name} did not become healthy within {within:g} s") from None

    async def route(self, fleet: str, routing: Routing) -> None:
        await self._runtime.command(set_route(fleet, routing))

    async def _sessions(self, server: Server) -> int:
        # -1: one backend's lines can't be asked for by name, so all of the kind "server" (4)
        seen = opinions(await self._runtime.command("show stat -1 4 -1")).get(_name(server))
        return seen.sessions if seen else 0

    async def _expect(self, command: str, word: str) -> None:
        answer = await self._runtime.command(command)
        if word not in answer:
            raise ServerError(f"The proxy refused {command!r}: {answer}")

    async def _poll(self) -> None:
        """Resolve those who wait for a server's health, and report changes of opinion."""
        while True:
            if self._waiting or self._admitted:
                try:
                    self._look(opinions(await self._runtime.command("show stat -1 4 -1")))
                except LabError as error:
                    self._give_up(error)
            await asyncio.sleep(POLL)

    def _look(self, seen: dict[str, Opinion]) -> None:
        for name in [name for name in self._waiting if name in seen and seen[name].healthy]:
            waiting = self._waiting.pop(name)
            if not waiting.done():
                waiting.set_result(None)
        for server, before in tuple(self._admitted.values()):
            now = seen.get(_name(server))
            if now and now.healthy != before:
                self._admitted[server.name] = (server, now.healthy)
                self._changed(server, now.healthy)

    def _give_up(self, error: LabError) -> None:
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(error)
        self._waiting.clear()


def _name(server: Server) -> str:
    return f"{backend(server.fleet, server.pool)}/{server.name}"
