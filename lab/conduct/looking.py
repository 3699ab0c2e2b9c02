"""A look at one server. It is no order: it changes nothing and tells nobody."""

from typing import TYPE_CHECKING

from lab.engines.base import LabError
from lab.model.drift import Scanner
from lab.model.fleet import Server
from lab.model.look import Look, content_changes, files_to_read
from lab.model.manifest import apply
from lab.strategies.crew import together
from lab.strategies.fleet import Fleet

if TYPE_CHECKING:
    from lab.session import Session

LINES = 200
"""Lines of its logs that come with a look."""


def found(lab: "Session", name: str) -> tuple[Fleet, Server]:
    """A server by its name, dead or alive, and its fleet. `LabError` if there is no such server, or no longer."""
    for fleet in lab.fleets.values():
        if name in fleet.servers:
            return fleet, fleet.servers[name]
    if any(fleet.pool_of(name) for fleet in lab.fleets.values()):
        raise LabError(f"{name} is gone: it was stopped or replaced")
    raise LabError(f"there is no server {name} in this session")


def found_running(lab: "Session", name: str) -> tuple[Fleet, Server]:
    """The same for a server that has to run. `LabError` if it is dead."""
    fleet, server = found(lab, name)
    if name in fleet.dead:
        raise LabError(f"{name} is dead: only its logs can be read; `reboot` starts it again")
    return fleet, server


async def look(lab: "Session", name: str) -> Look:
    """What can be learnt of a running server now. `LabError` if there is none, or it dies meanwhile."""
    fleet, server = found_running(lab, name)
    image, declared, engine = fleet.launched_from[name], fleet.declared, lab.engine
    digest, inspected = await engine.digest(server), await engine.inspect(server)
    drift = Scanner().scan(name, image, inspected.delta, declared).items
    wanted, there = files_to_read(drift)
    expected, actual = await together((engine.read(declared, wanted), engine.read(server, there)))
    present = apply(image.manifest, inspected.delta)
    packages = {key.partition(":")[2]: entry.digest for key, entry in present.items() if entry.kind == "package"}
    return Look(
        at=lab.clock.now(),
        fleet=fleet.spec.name,
        server=name,
        image=image.version,
        digest=digest,
        declared=declared.version,
        command=inspected.command,
        uptime=inspected.uptime,
        usage=await engine.usage(server),
        packages=dict(sorted(packages.items())),
        drift=drift,
        changes=content_changes(drift, expected, actual),
        logs=await engine.logs(server, LINES),
    )
