"""Orders that change no server: what is said, how much is sent, what is waited for."""

import asyncio
from typing import TYPE_CHECKING

from lab.conduct.dispatch import carry_out, prepare
from lab.engines.base import LabError
from lab.model import events as e
from lab.model import orders as o
from lab.model.metric import METRICS
from lab.model.scorecard import score
from lab.strategies.fleet import Fleet

if TYPE_CHECKING:
    from lab.session import Session


@prepare.register(o.Say)
async def _(order: o.Say, lab: "Session") -> None:
    lab.emit(e.Said(at=lab.clock.now(), text=order.text))


@prepare.register(o.Traffic)
async def _(order: o.Traffic, lab: "Session") -> None:
    await lab.engine.traffic(order.rate)
    lab.emit(e.RateChanged(at=lab.clock.now(), rate=order.rate))


@carry_out.register(o.WaitUntil)
async def _(order: o.WaitUntil, lab: "Session", fleet: Fleet) -> str:
    name = fleet.spec.name
    if order.fleet not in (None, name):
        return ""

    def missing() -> str:
        now = score(lab.state.fleets[name], lab.clock.now())
        got = {what: METRICS[what].of(now) for what in order.conditions}
        return "; ".join(
            f"{what}: expected {wanted}, got {got[what]}"
            for what, wanted in order.conditions.items()
            if not wanted.holds(got[what])
        )

    try:
        async with asyncio.timeout(order.within):
            while missing():
                await lab.changed()
    except TimeoutError:
        raise LabError(f"{name} not so within {order.within:g} s: {missing()}") from None
    return ""
