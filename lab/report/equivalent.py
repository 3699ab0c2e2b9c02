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


def equivalent(order: o.Order, servers: Sequence[str], session: str) -> tuple[str, ...]:
    """What a person would type instead, for orders that come down to a command: on these servers, by their names.

    On the simulator it is what Docker would run.
    """
    lines = _LINES.get(type(order))
    return tuple(line for name in servers for line in lines(order, session, name)) if lines else ()


def servers_of(order: o.Order, named: Mapping[int, Names]) -> list[str]:
    """The names of the servers that an order goes to, of those that hold the numbers."""
    if isinstance(order, o.Scan):
        return [name for names in named.values() for name in names]
    numbers = order.numbers if isinstance(order, o.OnServers) else ()
    return [name for number in dict.fromkeys(numbers) for name in named.get(number, ())]


def _ssh(order: Any, session: str, server: str) -> list[str]:
    run = [shlex.join(command(operation)) for operation in order.operations]
    return [f"docker exec {_container(session, server)} {line}" for line in run]


def _container(session: str, server: str) -> str:
    return f"lab-{session}-{server}"


_LINES: Mapping[type[o.Order], Callable[[Any, str, str], list[str]]] = {
    o.Copy: lambda order, session, server: [f"lab copy {server} --session {session}"],
    o.Kill: lambda order, session, server: [f"docker kill {_container(session, server)}"],
    o.Reboot: lambda order, session, server: [f"docker restart {_container(session, server)}"],
    o.Scan: lambda order, session, server: [f"docker diff {_container(session, server)}"],
    o.Ssh: _ssh,
}
