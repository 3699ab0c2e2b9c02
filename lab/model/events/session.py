"""Events of a session as a whole: its beginning and end, what was ordered, what was expected."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from lab.model.fleet import FleetSpec

SCHEMA = 1
"""Version of the events' form. A journal says in its first line which one it was written in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOpened:
    """The first event of a journal, before anything else exists.

    `slo` is in seconds: a request slower than it is not a good one. `why` says why this engine was taken.
    """

    kind: Literal["session-opened"] = "session-opened"
    at: float = 0.0
    schema: int = SCHEMA
    lab: str
    engine: str
    why: str
    title: str
    seed: int
    slo: float
    rate: float
    fleets: tuple[FleetSpec, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Something that takes its time came a step further: `done` of `total`, where a total is known."""

    kind: Literal["progress"] = "progress"
    at: float
    text: str
    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageBuilt:
    """An image can be launched from now on. `packages` are all that the lab put in, dependencies too."""

    kind: Literal["image-built"] = "image-built"
    at: float
    version: str
    digest: str
    parent: str | None
    packages: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockStarted:
    """The fleets are up and serve: lab time runs, and traffic begins."""

    kind: Literal["clock-started"] = "clock-started"
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    kind: Literal["said"] = "said"
    at: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderGiven:
    """An order begins, on the fleets named; each of them will report one `OrderEnded` with this number."""

    kind: Literal["order-given"] = "order-given"
    at: float
    order: int
    verb: str
    arguments: Mapping[str, Any]
    fleets: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderEnded:
    """An order ended on one fleet. `detail` says what went wrong, or what is worth knowing though it went well."""

    kind: Literal["order-ended"] = "order-ended"
    at: float
    order: int
    fleet: str
    verb: str
    ok: bool
    seconds: float
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectationChecked:
    """One line of the scenario's `expect`, held against the scorecard."""

    kind: Literal["expectation-checked"] = "expectation-checked"
    at: float
    fleet: str
    what: str
    expected: str
    got: str | int | float | None
    ok: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionClosed:
    """The last event. `ok` is whether all orders and expectations held; `reason` says why it ended."""

    kind: Literal["session-closed"] = "session-closed"
    at: float
    ok: bool
    reason: str
