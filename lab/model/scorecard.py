"""The scorecard: the comparison, per fleet, computed from the state alone."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from lab.model.histogram import quantile
from lab.model.state import FleetState, LabState

VERDICT = ("rule", "result", "e_value", "requests_used")


@dataclass(frozen=True, slots=True)
class FleetScore:
    """One fleet's figures. Times in seconds of lab time, latencies in milliseconds.

    `lost_orders` were answered with 200 and not completed. `servers` counts the machines that run, in every pool;
    `versions` is what those run that users can reach;
    `drifted_servers` and `distinct_states` are theirs in the last scan; `residue_paths` are the paths on which
    some server still differed from the declared state right after the last roll-back; `mixed_version_seconds` is
    how long more than one version served at once; `release_seconds` and `rollback_seconds` are of the last one,
    None if there was none; `server_seconds` is the integral of the running servers over time, and
    `extra_server_seconds` the part of it above the wanted number; `manual_changes` counts what people did by hand
    that took effect. `switch_seconds` is how long the proxy took for the last change of the routing;
    `verify_requests` were sent to look at a pool before it was live; `verdict` is the last of a canary;
    `replaced_servers` were lost and replaced by themselves, `recovery_seconds` is how long that took the last
    time. `verified_digest` is the image that was looked at, `serving_digests` are those that serve.
    """

    servers: int
    healthy: int
    declared_version: str
    versions: Mapping[str, int]
    requests: Mapping[str, int]
    lost_orders: int
    latency_ms: Mapping[str, float | None]
    drifted_servers: int
    distinct_states: int
    residue_paths: tuple[str, ...]
    mixed_version_seconds: float
    release_seconds: float | None
    rollback_seconds: float | None
    server_seconds: float
    manual_changes: int
    switch_seconds: float | None
    verify_requests: int
    verdict: Mapping[str, Any] | None
    extra_server_seconds: float
    replaced_servers: int
    recovery_seconds: float | None
    verified_digest: str | None
    serving_digests: tuple[str, ...]

    @property
    def one_version(self) -> str:
        """The version that all serving servers run, or what else is the case, in words."""
        if not self.versions:
            return "none"
        return next(iter(self.versions)) if len(self.versions) == 1 else "mixed"

    def as_dict(self) -> dict[str, Any]:
        return asdict(self) | {
            "residue_paths": list(self.residue_paths),
            "serving_digests": list(self.serving_digests),
        }


def score(fleet: FleetState, at: float) -> FleetScore:
    """The scorecard of one fleet at lab time `at`."""
    fleet = fleet.until(at)
    running = [server for server in fleet.servers.values() if server.status != "dead"]
    versions: dict[str, int] = {}
    routed = [server for server in running if fleet.shares.get(server.pool, 0.0) > 0]
    for server in routed:
        versions[server.version] = versions.get(server.version, 0) + 1
    return FleetScore(
        servers=len(running),
        healthy=sum(fleet.serves(server) for server in running),
        declared_version=fleet.declared,
        versions=dict(sorted(versions.items())),
        requests=fleet.ledger.as_dict(),
        lost_orders=fleet.lost_orders,
        latency_ms={f"p{p}": _milliseconds(quantile(fleet.latency, p / 100)) for p in (50, 95, 99)},
        drifted_servers=sum(bool(server.drift) for server in routed),
        distinct_states=len({server.fingerprint for server in routed if server.fingerprint}),
        residue_paths=fleet.residue,
        mixed_version_seconds=round(fleet.mixed_seconds, 3),
        release_seconds=_rounded(fleet.release_seconds),
        rollback_seconds=_rounded(fleet.rollback_seconds),
        server_seconds=round(fleet.server_seconds, 3),
        manual_changes=fleet.manual_changes,
        switch_seconds=_rounded(fleet.switch_seconds),
        verify_requests=fleet.verify_requests,
        verdict={key: fleet.verdict[key] for key in VERDICT} if fleet.verdict else None,
        extra_server_seconds=round(fleet.extra_server_seconds, 3),
        replaced_servers=fleet.replaced_servers,
        recovery_seconds=_rounded(fleet.recovery_seconds),
        verified_digest=fleet.verified_digest,
        serving_digests=tuple(sorted({server.digest for server in routed if fleet.serves(server)})),
    )


def scorecard(state: LabState) -> dict[str, FleetScore]:
    """Every fleet's score, in the scenario's order."""
    names = [spec.name for spec in state.session.fleets] if state.session else []
    return {name: score(state.fleets[name], state.at) for name in names}


def _milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 1)


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)
