"""The desired count: a fleet whose servers are replaceable replaces one that is lost, without being told.

Only what the proxy reports counts: a server that it has seen unwell for `GRACE` is replaced by a new one from the
same image. Mutable fleets stay short: nothing knows how to make such a server, until someone orders `rebuild`.
"""

import asyncio

from lab.engines.base import EngineUnusableError, LabError
from lab.model import events as e
from lab.model.fleet import Server
from lab.strategies.fleet import Fleet

GRACE = 1.5
"""Seconds for which a server must be unwell before it is given up: a restarted service is back before that."""

HEALTHY_WITHIN = 30.0
"""Seconds that a replacement may take to become healthy; after that the next one is tried."""

DRAIN = 10.0
"""Seconds that a server given up may take to finish its requests: unwell is not dead, and it may well recover."""


async def keep_count(fleet: Fleet, changing: asyncio.Lock) -> None:
    """Replace lost servers of the live pool for ever; never while the fleet is changing as a whole.

    Ends only by being cancelled, or when the engine cannot be used any more.
    """
    while True:
        await asyncio.sleep(await _patience(fleet))
        async with changing:
            for server in _lost(fleet):
                await _replace(fleet, server)


async def _patience(fleet: Fleet) -> float:
    """Wait until some server of the live pool is unwell; how many seconds it has to be left alone still."""
    while not (left := [_left(fleet, server) for server in fleet.pool(fleet.live) if server.name in fleet.unwell]):
        await fleet.noticed()
    return min(left)


def _left(fleet: Fleet, server: Server) -> float:
    return max(0.0, round(fleet.unwell[server.name] + GRACE - fleet.now(), 6))


def _lost(fleet: Fleet) -> list[Server]:
    return [s for s in fleet.pool(fleet.live) if s.name in fleet.unwell and not _left(fleet, s)]


async def _replace(fleet: Fleet, server: Server) -> None:
    since = fleet.unwell.pop(server.name)
    try:
        new = await fleet.launch(server.number, fleet.launched_from[server.name], HEALTHY_WITHIN, server.pool)
        await fleet.admit(new)
        await fleet.retire(server, DRAIN)
    except EngineUnusableError:
        raise
    except LabError:
        fleet.unwell[server.name] = fleet.now()
        return
    seconds = round(fleet.now() - since, 6)
    fleet.tell(e.ServerReplaced, server=server.name, by=new.name, seconds=seconds)
