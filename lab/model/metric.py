"""Metrics: the figures of a fleet that can be waited for and expected, by name, and the comparisons with them."""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, ValidationInfo, WithJsonSchema

from lab.model.spec import SECONDS, expected, is_defined_version, plain

if TYPE_CHECKING:
    from lab.model.scorecard import FleetScore

Figure = float | int | str | None

_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
OTHER_VERSIONS = ("mixed", "none")
"""What stands for the version where the serving servers run several, and where none serves."""

_COMPARISON = re.compile(r"(==|!=|<=|>=|<|>)?\s*(\d+(?:\.\d+)?)\s*(ms|s|min|m|h|%)?")


@dataclass(frozen=True, slots=True)
class Comparison:
    """A figure to compare with: `holds(got)` tells whether `got` is as it should be. No figure never is."""

    sign: str
    figure: float | str

    def holds(self, got: Figure) -> bool:
        if got is None or isinstance(got, str) != isinstance(self.figure, str):
            return False
        return _OPERATORS[self.sign](got, self.figure)

    def __str__(self) -> str:
        figure = self.figure if isinstance(self.figure, str) else plain(self.figure)
        return figure if self.sign == "==" else f"{self.sign} {figure}"


def _number(value: Any) -> Comparison:
    if isinstance(value, Comparison):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Comparison("==", float(value))
    found = _COMPARISON.fullmatch(value.strip()) if isinstance(value, str) else None
    if not found:
        raise expected('a number or a comparison such as 0, "> 1", "<= 2", "< 250ms"')
    scale = {"%": 0.01, None: 1.0}.get(found[3]) or SECONDS[found[3]]
    return Comparison(found[1] or "==", float(found[2]) * scale)


def _exact(value: Any, info: ValidationInfo) -> Comparison:
    if isinstance(value, Comparison):
        return value
    if not isinstance(value, str):
        raise expected('a version in quotes, such as "1.1"')
    if value not in OTHER_VERSIONS:
        is_defined_version(value, info)
    return Comparison("==", value)


NumberComparison = Annotated[
    Comparison,
    BeforeValidator(_number),
    PlainSerializer(str),
    WithJsonSchema({"type": ["number", "string"], "examples": [0, "> 1", "< 250ms"]}),
]
TextComparison = Annotated[
    Comparison, BeforeValidator(_exact), PlainSerializer(str), WithJsonSchema({"type": "string"})
]


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure: where it comes from in the scorecard, and what it means."""

    doc: str
    of: "Callable[[FleetScore], Figure]"
    comparison: Any = NumberComparison


def _share(score: "FleetScore", outcome: str) -> float | None:
    return score.requests[outcome] / score.requests["sent"] if score.requests["sent"] else None


def _seconds(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000


METRICS: dict[str, Metric] = {
    "servers": Metric("servers running", lambda s: s.servers),
    "healthy": Metric("servers that the proxy sees healthy and sends traffic to", lambda s: s.healthy),
    "version": Metric("the version that every serving server runs", lambda s: s.one_version, TextComparison),
    "declared-version": Metric("the version that should run", lambda s: s.declared_version, TextComparison),
    "sent": Metric("requests sent", lambda s: s.requests["sent"]),
    "served": Metric("requests answered as they should be", lambda s: s.requests["served"]),
    "error": Metric("requests that a server answered with 5xx", lambda s: s.requests["error"]),
    "refused": Metric("requests that the proxy answered for want of a server", lambda s: s.requests["refused"]),
    "dropped": Metric("requests that got no answer", lambda s: s.requests["dropped"]),
    "lost-orders": Metric("requests that were served without their order being completed", lambda s: s.lost_orders),
    "error-share": Metric("errors, as a share of what was sent", lambda s: _share(s, "error")),
    "p50": Metric("median latency in seconds", lambda s: _seconds(s.latency_ms["p50"])),
    "p95": Metric("95th percentile of the latency in seconds", lambda s: _seconds(s.latency_ms["p95"])),
    "p99": Metric("99th percentile of the latency in seconds", lambda s: _seconds(s.latency_ms["p99"])),
    "drifted-servers": Metric("servers that differ from the declared state", lambda s: s.drifted_servers),
    "distinct-states": Metric("distinct state fingerprints in the fleet", lambda s: s.distinct_states),
    "residue": Metric("paths that stayed behind after the last roll-back", lambda s: len(s.residue_paths)),
    "mixed-version-seconds": Metric("time during which two versions served", lambda s: s.mixed_version_seconds),
    "release-seconds": Metric("how long the last release took", lambda s: s.release_seconds),
    "rollback-seconds": Metric("how long the last roll-back took", lambda s: s.rollback_seconds),
    "server-seconds": Metric("servers times the seconds that they ran", lambda s: s.server_seconds),
    "replaced-servers": Metric("lost servers that were replaced or rebuilt", lambda s: s.replaced_servers),
    "recovery-seconds": Metric("how long the last of them took", lambda s: s.recovery_seconds),
    "switch-seconds": Metric("how long the proxy took for the last change of routing", lambda s: s.switch_seconds),
    "verify-requests": Metric("requests sent to look at a pool before it was live", lambda s: s.verify_requests),
    "extra-server-seconds": Metric("server-seconds beyond the wanted number", lambda s: s.extra_server_seconds),
    "unverified-digests": Metric(
        "images that serve and are not the one that was looked at",
        lambda s: len(set(s.serving_digests) - {s.verified_digest}) if s.verified_digest else None,
    ),
    "manual-changes": Metric("changes that people made by hand and that took effect", lambda s: s.manual_changes),
}
