"""How a patched server is made again: the way that it came, from its first image through every patch since.

What people did by hand is in no runbook. So what comes out is rarely what was lost.
"""

from itertools import pairwise

from lab.model import events as e
from lab.model.fleet import Server
from lab.model.operation import patch
from lab.strategies.fleet import Fleet

HEALTHY_WITHIN = 30.0
"""Seconds that the new machine may take to become healthy, before each patch and after the last."""


async def rebuild(fleet: Fleet, lost: Server) -> None:
    """Put a new machine in the place of a dead one, and patch it step by step to what is declared now."""
    since = fleet.lost_at.get(lost.number, fleet.now())
    await fleet.stop(lost)
    server = await fleet.launch(lost.number, fleet.path[0], HEALTHY_WITHIN)
    for old, new in pairwise(fleet.path):
        await fleet.patch(server, patch(old.recipe, new.recipe))
    await fleet.engine.healthy(server, HEALTHY_WITHIN)
    await fleet.admit(server)
    fleet.lost_at.pop(lost.number, None)
    fleet.tell(e.ServerReplaced, server=lost.name, by=server.name, seconds=round(fleet.now() - since, 6))
