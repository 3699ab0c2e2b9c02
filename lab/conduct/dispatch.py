"""The two parts of carrying out an order, chosen by its type."""

from functools import singledispatch
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lab.strategies.fleet import Fleet

if TYPE_CHECKING:
    from lab.session import Session


@singledispatch
async def prepare(order: Any, lab: "Session") -> None:
    """What an order does once, whatever the number of fleets: nothing, for most of them."""


@singledispatch
async def carry_out(order: Any, lab: "Session", fleet: "Fleet") -> str:
    """What an order does to one fleet; returns what is worth knowing of how it went. Raises `LabError` if it didn't."""
    return ""
