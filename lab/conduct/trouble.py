"""Orders that make trouble on purpose."""

from typing import TYPE_CHECKING

from lab.conduct.dispatch import carry_out, prepare
from lab.model import events as e
from lab.model import orders as o
from lab.strategies.fleet import Fleet

if TYPE_CHECKING:
    from lab.session import Session


@prepare.register(o.Fault)
async def _(order: o.Fault, lab: "Session") -> None:
    if order.repository:
        await lab.engine.repository(order.repository == "up")
        text = f"the package repository is {order.repository}"
        lab.emit(e.FaultChanged(at=lab.clock.now(), fleet=None, text=text))


@carry_out.register(o.Fault)
async def _(order: o.Fault, lab: "Session", fleet: Fleet) -> str:
    if not order.step:
        return ""
    if not fleet.spec.mutable:
        return "no effect: this fleet is not patched"
    numbers = order.numbers or lab.random.sample(range(1, fleet.spec.servers + 1), order.count or 0)
    fleet.armed |= {(number, order.step) for number in numbers}
    where = ", ".join(map(str, sorted(numbers)))
    text = f"{order.step} will fail on server {where}"
    lab.emit(e.FaultChanged(at=lab.clock.now(), fleet=fleet.spec.name, text=text))
    return ""
