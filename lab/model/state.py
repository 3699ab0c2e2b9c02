"""`LabState`: everything that a face can show, as a pure fold over events.

`fold(state, event)` is the only way forward. Maps are persistent (immutables.Map), so a state can be kept for
as long as one likes, and the next one costs the same whether the fleet has six servers or ten thousand.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from functools import reduce, singledispatch
from typing import Any, Literal

from immutables import Map

from lab.model import events as e
from lab.model.drift import DriftItem
from lab.model.fleet import STAGING, TRIALS, FleetSpec
from lab.model.histogram import merge
from lab.model.ledger import ANSWERED, Ledger

Status = Literal["starting", "healthy", "unhealthy", "draining", "dead"]


@dataclass(frozen=True, slots=True)
class ServerState:
    """One server as the lab knows it. `version` is what it runs, `drift` and `fingerprint` the last scan's."""

    name: str
    number: int
    pool: str
    image: str
    digest: str
    version: str
    status: Status
    launched_at: float
    drift: tuple[DriftItem, ...] = ()
    fingerprint: str | None = None


@dataclass(frozen=True, slots=True)
class FleetState:
    """One fleet: its servers by name, what it should be, and what has been measured of it so far."""

    spec: FleetSpec
    declared: str = ""
    shares: Map[str, float] = field(default_factory=Map)
    servers: Map[str, ServerState] = field(default_factory=Map)
    serving: Map[str, int] = field(default_factory=Map)
    running: int = 0
    ledger: Ledger = field(default_factory=Ledger)
    latency: Map[int, int] = field(default_factory=Map)
    lost_orders: int = 0
    residue: tuple[str, ...] = ()
    scanned_at: float | None = None
    manual_changes: int = 0
    release_seconds: float | None = None
    rollback_seconds: float | None = None
    measured_until: float = 0.0
    server_seconds: float = 0.0
    mixed_seconds: float = 0.0
    extra_server_seconds: float = 0.0
    switch_seconds: float | None = None
    verify_requests: int = 0
    verified_digest: str | None = None
    verdict: Map[str, Any] | None = None
    replaced_servers: int = 0
    recovery_seconds: float | None = None

    @property
    def live(self) -> str:
        """The pool whose servers are meant by their numbers; empty before any has a share of the traffic."""
        lasting = {pool: share for pool, share in self.shares.items() if pool not in TRIALS}
        return max(lasting, key=lasting.__getitem__, default="")

    def serves(self, server: ServerState) -> bool:
        """Whether users' requests reach a server: it is well, and its pool has a share of the traffic."""
        return server.status == "healthy" and self.shares.get(server.pool, 0.0) > 0

    def until(self, at: float) -> "FleetState":
        """The same fleet with its integrals over time brought up to `at`."""
        passed = at - self.measured_until
        if passed <= 0:
            return self
        return replace(
            self,
            measured_until=at,
            server_seconds=self.server_seconds + self.running * passed,
            mixed_seconds=self.mixed_seconds + (passed if len(self.serving) > 1 else 0),
            extra_server_seconds=self.extra_server_seconds + max(0, self.running - self.spec.servers) * passed,
        )


@dataclass(frozen=True, slots=True)
class LabState:
    """The whole session at lab time `at`."""

    at: float = 0.0
    session: e.SessionOpened | None = None
    started: bool = False
    closed: e.SessionClosed | None = None
    rate: float = 0.0
    fleets: Map[str, FleetState] = field(default_factory=Map)
    images: Map[str, e.ImageBuilt] = field(default_factory=Map)
    orders: Map[int, e.OrderGiven] = field(default_factory=Map)
    failures: tuple[e.OrderEnded, ...] = ()
    expectations: tuple[e.ExpectationChecked, ...] = ()


def fold(state: LabState, event: e.Event) -> LabState:
    """The state after `event`."""
    return _fold(event, replace(state, at=max(state.at, event.at)))


def fold_all(events: "list[e.Event]") -> LabState:
    """The state after all of `events`."""
    return reduce(fold, events, LabState())


@singledispatch
def _fold(event: Any, state: LabState) -> LabState:
    """Events that only tell something change nothing."""
    return state


@_fold.register
def _(event: e.SessionOpened, state: LabState) -> LabState:
    fleets = Map({spec.name: FleetState(spec) for spec in event.fleets})
    return replace(state, session=event, fleets=fleets, rate=event.rate)


@_fold.register
def _(event: e.ImageBuilt, state: LabState) -> LabState:
    return replace(state, images=state.images.set(event.version, event))


@_fold.register
def _(event: e.ClockStarted, state: LabState) -> LabState:
    return replace(state, started=True)


@_fold.register
def _(event: e.RateChanged, state: LabState) -> LabState:
    return replace(state, rate=event.rate)


@_fold.register
def _(event: e.OrderGiven, state: LabState) -> LabState:
    return replace(state, orders=state.orders.set(event.order, event))


@_fold.register
def _(event: e.OrderEnded, state: LabState) -> LabState:
    if not event.ok:
        state = replace(state, failures=(*state.failures, event))
    match event.verb:
        case "release":
            return _fleet(state, event.fleet, release_seconds=event.seconds)
        case "rollback":
            return _fleet(state, event.fleet, rollback_seconds=event.seconds)
    return state


@_fold.register
def _(event: e.DeclaredChanged, state: LabState) -> LabState:
    return _fleet(state, event.fleet, declared=event.version)


@_fold.register
def _(event: e.RoutingChanged, state: LabState) -> LabState:
    fleet = replace(state.fleets[event.fleet], shares=Map(event.shares))
    serving = Counter(server.version for server in fleet.servers.values() if fleet.serves(server))
    return _fleet(state, event.fleet, shares=fleet.shares, serving=Map(serving), switch_seconds=event.seconds)


@_fold.register
def _(event: e.ServerLaunched, state: LabState) -> LabState:
    server = ServerState(
        event.server, event.number, event.pool, event.version, event.digest, event.version, "starting", event.at
    )
    return _server(state, event.fleet, event.server, server)


@_fold.register
def _(event: e.ServerAdmitted, state: LabState) -> LabState:
    return _changed(state, event.fleet, event.server, status="healthy", version=event.version)


@_fold.register
def _(event: e.ServerDraining, state: LabState) -> LabState:
    return _changed(state, event.fleet, event.server, status="draining")


@_fold.register
def _(event: e.ServerStopped, state: LabState) -> LabState:
    return _server(state, event.fleet, event.server, None)


@_fold.register
def _(event: e.ServerKilled, state: LabState) -> LabState:
    return _changed(state, event.fleet, event.server, status="dead")


@_fold.register
def _(event: e.ServerRebooted, state: LabState) -> LabState:
    return _changed(state, event.fleet, event.server, status="healthy", version=event.version)


@_fold.register
def _(event: e.VersionRunning, state: LabState) -> LabState:
    return _changed(state, event.fleet, event.server, version=event.version)


@_fold.register
def _(event: e.HealthChanged, state: LabState) -> LabState:
    server = state.fleets[event.fleet].servers.get(event.server)
    if server is None or server.status not in ("healthy", "unhealthy"):
        return state
    return _changed(state, event.fleet, event.server, status="healthy" if event.healthy else "unhealthy")


@_fold.register
def _(event: e.OperationDone, state: LabState) -> LabState:
    fleet = state.fleets[event.fleet]
    server = fleet.servers.get(event.server)
    if event.by != "hand" or not event.ok or (server and server.pool == STAGING):  # what is thrown away is no change
        return state
    return _fleet(state, event.fleet, manual_changes=fleet.manual_changes + 1)


@_fold.register
def _(event: e.Verified, state: LabState) -> LabState:
    requests = state.fleets[event.fleet].verify_requests + event.requests
    return _fleet(state, event.fleet, verify_requests=requests, verified_digest=event.digest)


@_fold.register
def _(event: e.VerdictGiven, state: LabState) -> LabState:
    verdict = {
        "rule": event.rule,
        "result": event.result,
        "e_value": event.e_value,
        "requests_used": event.requests,
    }
    return _fleet(state, event.fleet, verdict=Map(verdict))


@_fold.register
def _(event: e.ServerReplaced, state: LabState) -> LabState:
    replaced = state.fleets[event.fleet].replaced_servers + 1
    return _fleet(state, event.fleet, replaced_servers=replaced, recovery_seconds=event.seconds)


@_fold.register
def _(event: e.Scanned, state: LabState) -> LabState:
    fleet = state.fleets[event.fleet]
    servers = fleet.servers
    with servers.mutate() as changed:
        for found in event.servers:
            if found.server in servers:
                known = replace(servers[found.server], drift=found.items, fingerprint=found.fingerprint)
                changed[found.server] = known
        servers = changed.finish()
    residue = fleet.residue
    if event.after == "rollback":
        residue = tuple(sorted({item.name for found in event.servers for item in found.items if item.is_path}))
    return _fleet(state, event.fleet, servers=servers, residue=residue, scanned_at=event.at)


@_fold.register
def _(event: e.TrafficCounted, state: LabState) -> LabState:
    fleet = state.fleets[event.fleet]
    counts: Counter[str] = Counter()
    for row in event.rows:
        counts[row.outcome] += row.count
    ledger = fleet.ledger
    for outcome, count in counts.items():
        ledger = ledger.plus(outcome, count)
    latency = merge(fleet.latency, *(row.latency for row in event.rows if row.outcome in ANSWERED))
    lost_orders = fleet.lost_orders + sum(row.lost for row in event.rows)
    return _fleet(state, event.fleet, ledger=ledger, latency=Map(latency), lost_orders=lost_orders)


@_fold.register
def _(event: e.ExpectationChecked, state: LabState) -> LabState:
    return replace(state, expectations=(*state.expectations, event))


@_fold.register
def _(event: e.SessionClosed, state: LabState) -> LabState:
    return replace(state, closed=event)


def _fleet(state: LabState, name: str, **changes: Any) -> LabState:
    fleet = replace(state.fleets[name].until(state.at), **changes)
    return replace(state, fleets=state.fleets.set(name, fleet))


def _changed(state: LabState, fleet: str, server: str, **changes: Any) -> LabState:
    known = state.fleets[fleet].servers.get(server)
    return state if known is None else _server(state, fleet, server, replace(known, **changes))


def _server(state: LabState, name: str, server: str, now: ServerState | None) -> LabState:
    """Put, change or take away one server, and keep the counts that follow from it."""
    fleet = state.fleets[name]
    before = fleet.servers.get(server)
    serving, running = fleet.serving, fleet.running
    for known, by in ((before, -1), (now, 1)):
        if known is not None:
            running += by if known.status != "dead" else 0
            serving = _count(serving, known.version, by) if fleet.serves(known) else serving
    servers = fleet.servers.set(server, now) if now else fleet.servers.delete(server) if before else fleet.servers
    return _fleet(state, name, servers=servers, serving=serving, running=running)


def _count(counts: Map[str, int], key: str, by: int) -> Map[str, int]:
    count = counts.get(key, 0) + by
    return counts.set(key, count) if count else counts.delete(key)
