"""Events of a fleet as a whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from lab.model.drift import ServerDrift


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredChanged:
    """What every server of the fleet should be, from now on."""

    kind: Literal["declared-changed"] = "declared-changed"
    at: float
    fleet: str
    version: str
    digest: str
    reason: Literal["start", "release", "rollback"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingChanged:
    """The proxy divides the fleet's traffic like this from now on; no request saw half of the change.

    `seconds` is how long the proxy took to take it.
    """

    kind: Literal["routing-changed"] = "routing-changed"
    at: float
    fleet: str
    shares: Mapping[str, float]
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RateChanged:
    """Every fleet gets `rate` requests a second from now on."""

    kind: Literal["rate-changed"] = "rate-changed"
    at: float
    rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A pool was looked at through the proxy before it was live: every server in it was launched from `digest`."""

    kind: Literal["verified"] = "verified"
    at: float
    fleet: str
    pool: str
    digest: str
    ok: bool
    requests: int
    errors: int
    p95: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictGiven:
    """A rule's opinion of a canary, after a step or when it is final. `requests` are the canary's so far."""

    kind: Literal["verdict-given"] = "verdict-given"
    at: float
    fleet: str
    rule: str
    result: Literal["healthy", "worse", "undecided"]
    e_value: float | None
    requests: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionProbed:
    """A bisection tried a version on a server that no user could reach; `skipped` if that was not possible.

    `requests` were sent, `errors` of them failed; `p95` is their latency's 95th percentile in seconds.
    """

    kind: Literal["version-probed"] = "version-probed"
    at: float
    fleet: str
    version: str
    verdict: Literal["good", "bad", "skipped"]
    detail: str
    requests: int = 0
    errors: int = 0
    p95: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultChanged:
    """A fault was set or taken back; `text` says which and where."""

    kind: Literal["fault-changed"] = "fault-changed"
    at: float
    fleet: str | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """Every running server of the fleet was compared with the declared state."""

    kind: Literal["scanned"] = "scanned"
    at: float
    fleet: str
    declared: str
    after: Literal["order", "release", "rollback", "end"]
    servers: tuple[ServerDrift, ...]
