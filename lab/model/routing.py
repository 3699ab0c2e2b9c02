"""Routing: which pool gets which share of a fleet's traffic. A whole value, applied at once."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Routing:
    """Pool → share of the traffic; the shares add up to 1. Where it is `sticky`, a user stays with a pool."""

    shares: Mapping[str, float]
    sticky: bool = False

    def __post_init__(self) -> None:
        if abs(sum(self.shares.values()) - 1) > 1e-9:
            raise ValueError(f"the shares of a routing add up to 1, not to {sum(self.shares.values()):g}")


def only(pool: str) -> Routing:
    """All traffic to one pool."""
    return Routing({pool: 1.0})
