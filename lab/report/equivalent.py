"""An order in other words: as a step of a scenario, and as the commands that would do it by hand."""

import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import yaml

from lab.engines.commands import command
from lab.model import orders as o

Names = Sequence[str]


def step_yaml(order: o.Order, fleets: Sequence[str] = ()) -> str:
    """The step of a scenario that gives this order, to the fleets named or to all."""
    step: dict[str, Any] = {order.verb: order.arguments}
    if fleets:
        step["fleets"] = [*fleets]
    return yaml.safe_dump([step], sort_keys=False, allow_unicode=True, width=100, default_flow_style=None)


def equivalent(
    order: o.Order, fleets: Sequence[str], servers: Sequence[str], session: str, engine: str
) -> tuple[str, ...]:
    """What a person would type instead, for orders that come down to a command: on these fleets, or these servers.

    What runs on servers is told for Docker, whatever the engine.
    """
    if isinstance(order, o.Bisect):
        return tuple(_bisect(order, fleet, engine) for fleet in fleets)
    lines = _ON_SERVER.get(type(order))
    return tuple(line for name in servers for line in lines(order, session, name)) if lines else ()


def only_as_if(order: o.Order, engine: str) -> bool:
    """Whether the commands are not what this engine does, but what Docker would."""
    return engine == "sim" and type(order) in _ON_SERVER


def servers_of(order: o.Order, named: Mapping[int, Names]) -> list[str]:
    """The names of the servers that an order goes to, of those that hold the numbers."""
    return [name for number, names in named.items() if _concerns(order, number) for name in names]


def _concerns(order: o.Order, number: int) -> bool:
    match order:
        case o.OnServers():
            return number in order.numbers
        case o.ZoneFailure():
            return number % 3 == order.zone % 3
        case o.Scan():
            return True
    return False


def _bisect(order: o.Bisect, fleet: str, engine: str) -> str:
    probe = order.probe.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    options = {"good": order.good, "bad": order.bad, **probe, "fleet": fleet, "engine": engine}
    return "lab bisect FILE " + " ".join(f"--{name} {shlex.quote(str(value))}" for name, value in options.items())


def _ssh(order: Any, session: str, server: str) -> list[str]:
    run = [shlex.join(command(operation)) for operation in order.operations]
    return [f"docker exec {_container(session, server)} {line}" for line in run]


def _docker(verb: str) -> Callable[[Any, str, str], list[str]]:
    return lambda order, session, server: [f"docker {verb} {_container(session, server)}"]


def _container(session: str, server: str) -> str:
    return f"lab-{session}-{server}"


_ON_SERVER: Mapping[type[o.Order], Callable[[Any, str, str], list[str]]] = {
    o.Copy: lambda order, session, server: [f"lab copy {server} --session {session}"],
    o.Kill: _docker("kill"),
    o.Reboot: _docker("restart"),
    o.Scan: _docker("diff"),
    o.Ssh: _ssh,
    o.ZoneFailure: _docker("kill"),
}
"""The orders that come down to commands on each of their servers, and these."""
