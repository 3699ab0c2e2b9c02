"""Orders to single servers."""

from typing import TYPE_CHECKING

from lab.conduct.dispatch import carry_out
from lab.engines.base import LabError
from lab.model import orders as o
from lab.model.fleet import Server
from lab.strategies.crew import together
from lab.strategies.fleet import By, Fleet
from lab.strategies.runbook import rebuild

if TYPE_CHECKING:
    from lab.session import Session


@carry_out.register(o.Ssh)
async def _(order: o.Ssh, lab: "Session", fleet: Fleet) -> str:
    by = By("hand", order.who, "ssh")
    refused: list[str] = []

    async def change(server: Server) -> None:
        for operation in order.operations:
            outcome = await fleet.apply(server, operation, by)
            if not outcome.ok:
                refused.append(f"{server.name}: {outcome.detail}")
                return

    await together(change(server) for server in _running(order, fleet))
    if refused and fleet.spec.mutable:
        raise LabError("; ".join(refused))
    return "; ".join(refused)


@carry_out.register(o.Kill)
async def _(order: o.Kill, lab: "Session", fleet: Fleet) -> str:
    await together(fleet.kill(server) for server in _running(order, fleet))
    return ""


@carry_out.register(o.Reboot)
async def _(order: o.Reboot, lab: "Session", fleet: Fleet) -> str:
    await together(fleet.reboot(server) for server in _named(order, fleet))
    return ""


@carry_out.register(o.ZoneFailure)
async def _(order: o.ZoneFailure, lab: "Session", fleet: Fleet) -> str:
    hit = [s for s in fleet.pool(fleet.live) if s.number % 3 == order.zone % 3 and s.name not in fleet.dead]
    await together(fleet.kill(server) for server in hit)
    return f"{len(hit)} servers lost"


@carry_out.register(o.Rebuild)
async def _(order: o.Rebuild, lab: "Session", fleet: Fleet) -> str:
    if not fleet.spec.mutable:
        return "not needed: this fleet replaces lost servers by itself"
    dead = [fleet.servers[name] for name in sorted(fleet.dead)]
    async with lab.changing[fleet.spec.name]:
        for server in dead:
            await rebuild(fleet, server)
    return f"{len(dead)} servers rebuilt"


@carry_out.register(o.Scan)
async def _(order: o.Scan, lab: "Session", fleet: Fleet) -> str:
    await lab.scan(fleet, "order")
    return ""


def _named(order: o.OnServers, fleet: Fleet) -> list[Server]:
    """The servers that an order names, dead ones too; `LabError` for a place that nobody holds."""
    held = {number: fleet.at(number) for number in dict.fromkeys(order.numbers)}
    _none_missing([number for number, servers in held.items() if not servers], fleet)
    return [server for servers in held.values() for server in servers]


def _running(order: o.OnServers, fleet: Fleet) -> list[Server]:
    """The running servers that an order names; `LabError` for a place that nobody alive holds."""
    alive = [server for server in _named(order, fleet) if server.name not in fleet.dead]
    _none_missing([number for number in order.numbers if all(server.number != number for server in alive)], fleet)
    return alive


def _none_missing(numbers: list[int], fleet: Fleet) -> None:
    if numbers:
        raise LabError(f"{fleet.spec.name} has no running server {', '.join(map(str, numbers))}")
