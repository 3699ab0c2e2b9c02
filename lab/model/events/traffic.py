"""What became of requests."""

from dataclasses import dataclass, field
from typing import Literal

from lab.model.histogram import Histogram


@dataclass(frozen=True, slots=True)
class RequestCount:
    """`count` requests of one interval with the same server, version and outcome.

    `server` and `version` are empty where no server answered; `pool` says where the proxy had sent it, as far as
    the proxy answered. `latency` counts from the scheduled time. `lost` of
    them were served, but the order in them was not completed.
    """

    server: str
    version: str
    outcome: str
    count: int
    latency: Histogram = field(default_factory=dict)
    lost: int = 0
    pool: str = ""


@dataclass(frozen=True, slots=True)
class RequestSample:
    """One single request, to be looked at. `latency` is in seconds; `why` says how it was lost, if it was."""

    at: float
    server: str
    version: str
    outcome: str
    status: int
    latency: float
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrafficCounted:
    """All requests of one fleet that ended between `start` and `at`, each in exactly one row."""

    kind: Literal["traffic-counted"] = "traffic-counted"
    at: float
    start: float
    fleet: str
    rows: tuple[RequestCount, ...]
    samples: tuple[RequestSample, ...] = ()
