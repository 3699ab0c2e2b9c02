"""Orders as the terminal UI offers them: all that the model has, each from its own description."""

from dataclasses import dataclass

from textual.binding import Binding

from lab.model.orders import ORDERS, Order
from lab.model.state import ServerState

SHOWN = {"release", "rollback", "scan"}
"""Orders whose keys stand in the line at the bottom; the others are in the menu, the palette and the help."""


@dataclass(frozen=True)
class Given:
    """An order, and the fleets that it goes to."""

    order: Order
    fleets: tuple[str, ...]


@dataclass(frozen=True)
class OrderContext:
    """What is looked at while an order is chosen: `fleet` and `server` are those under the cursor.

    `names` are the servers by fleet and number, for whoever shows commands.
    """

    fleets: tuple[str, ...] = ()
    fleet: str | None = None
    server: ServerState | None = None
    versions: tuple[str, ...] = ()
    session: str = ""
    engine: str = ""
    names: tuple[tuple[str, int, str], ...] = ()


def order_bindings() -> list[Binding]:
    """A key for each order that names one."""
    return [
        Binding(order.key, f"order('{verb}')", order.label, id=f"order.{verb}", show=verb in SHOWN)
        for verb, order in ORDERS.items()
        if order.key
    ]


def description(order: type[Order]) -> str:
    """What the order does, in its own words."""
    return " ".join((order.__doc__ or "").split())
