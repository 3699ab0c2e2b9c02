"""Orders that change a fleet as a whole, in the way of its strategy. One at a time for each fleet."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from lab.conduct.dispatch import carry_out
from lab.engines.base import LabError
from lab.model import orders as o
from lab.model.routing import Routing
from lab.strategies.canary import split
from lab.strategies.fleet import AbortedError, Fleet

if TYPE_CHECKING:
    from lab.session import Session


@carry_out.register(o.Release)
async def _(order: o.Release, lab: "Session", fleet: Fleet) -> str:
    async with _alone(lab, fleet):
        image = await lab.image(order.version)
        new = fleet.declare(image)
        try:
            return await lab.strategy(fleet).release(fleet, image)
        except AbortedError:
            if new:
                fleet.undeclare()
            raise
        finally:
            await lab.scan(fleet, "release")


@carry_out.register(o.Rollback)
async def _(order: o.Rollback, lab: "Session", fleet: Fleet) -> str:
    async with _alone(lab, fleet):
        fleet.undeclare()
        try:
            return await lab.strategy(fleet).rollback(fleet, fleet.declared)
        finally:
            await lab.scan(fleet, "rollback")


@carry_out.register(o.Promote)
async def _(order: o.Promote, lab: "Session", fleet: Fleet) -> str:
    fleet.decide(promote=True)
    return ""


@carry_out.register(o.Abort)
async def _(order: o.Abort, lab: "Session", fleet: Fleet) -> str:
    fleet.decide(promote=False)
    return ""


@carry_out.register(o.Weight)
async def _(order: o.Weight, lab: "Session", fleet: Fleet) -> str:
    def weighed(before: Routing) -> Routing:
        if not before.shares.get("canary"):
            raise LabError(
                f"{fleet.spec.name} has no canary whose weight could be set: release to a canary fleet first"
            )
        return split(fleet.live, order.share, before.sticky)

    await fleet.reroute(weighed)
    return ""


@asynccontextmanager
async def _alone(lab: "Session", fleet: Fleet) -> AsyncIterator[None]:
    """One release or roll-back of a fleet at a time: a second one is refused, and disturbs nothing."""
    if fleet.releasing:
        raise LabError(
            f"{fleet.spec.name} is in the middle of a release or roll-back: wait until it has ended, or abort it"
        )
    fleet.releasing = True
    try:
        async with lab.changing[fleet.spec.name]:
            yield
    finally:
        fleet.releasing = False
