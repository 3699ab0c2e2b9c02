"""Fleets and their servers, as values."""

from dataclasses import dataclass

POOLS = ("main", "blue", "green", "canary", "baseline")
"""The pools that a fleet can have: proxy backends by this name exist from the start."""

TRIALS = ("canary", "baseline")
"""Pools of servers that are there to be judged, and go when they have been."""

STAGING = "staging"
"""The pool of servers that are only to be looked at. It has a backend, for its health checks, but no traffic can be
routed there, not even by header."""


@dataclass(frozen=True, slots=True)
class Server:
    """One machine: the `number`-th of its fleet, launched from an image.

    `name` is unique in the session and never used again. A `writable` one can be patched in place; another
    has a read-only root file system.
    """

    name: str
    fleet: str
    pool: str
    number: int
    version: str
    writable: bool


@dataclass(frozen=True, slots=True)
class FleetSpec:
    """One side of the comparison as the scenario declares it.

    `port`: the loopback port on which the fleet can be reached, 0 for any free one.
    """

    name: str
    servers: int
    version: str
    strategy: str
    mutable: bool
    port: int = 0


@dataclass(frozen=True, slots=True)
class Observation:
    """What a running service says of itself: the state that it has loaded, as against what is on disk."""

    version: str
    healthy: bool
    libraries: tuple[tuple[str, str], ...] = ()
