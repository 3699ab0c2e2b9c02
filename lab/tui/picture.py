"""What the screens draw: a `LabState`, and of what led to it as much as fits on a screen.

A second fold beside `LabState`, over the same events; it forgets what is old, so it stays small however long a
session lasts. Live sessions, replays and seeks all fill the same picture.
"""

from collections import Counter, defaultdict, deque
from copy import copy
from dataclasses import dataclass

from lab.model import events as e
from lab.model.histogram import merge, quantile
from lab.model.ledger import ANSWERED
from lab.model.state import LabState, fold
from lab.report.timeline import Line, line

POINTS = 240
"""Intervals of traffic that are remembered for each fleet."""

SAMPLES = 400
"""Single requests that are remembered for each fleet."""

LINES = 1000
"""Lines of the timeline that are remembered."""

COMMANDS = 20
"""Operations that are remembered for each server."""


@dataclass(frozen=True, slots=True)
class Point:
    """One fleet's traffic from `start` to `at`, in seconds of lab time.

    `bad` of the `sent` requests were not served, `lost` of those got no answer from any server (`refused`,
    `dropped`). `p95` is in seconds, None if nothing was answered. `versions` counts what was answered, by version.
    """

    start: float
    at: float
    sent: int
    bad: int
    lost: int
    p95: float | None
    versions: tuple[tuple[str, int], ...]

    @property
    def errors(self) -> float:
        """The share of requests that were not served."""
        return self.bad / self.sent if self.sent else 0.0


class Picture:
    """What there is to see at one moment. Only `take` changes it; `copy` keeps it as it is.

    `points` and `samples` are by fleet, `commands` by server, the newest last; `visits` are the last shells by server.
    """

    def __init__(self) -> None:
        self.state = LabState()
        self.points: defaultdict[str, deque[Point]] = defaultdict(lambda: deque(maxlen=POINTS))
        self.samples: defaultdict[str, deque[e.RequestSample]] = defaultdict(lambda: deque(maxlen=SAMPLES))
        self.lines: deque[Line] = deque(maxlen=LINES)
        self.commands: defaultdict[str, deque[e.OperationDone]] = defaultdict(lambda: deque(maxlen=COMMANDS))
        self.progress: e.Progress | None = None
        self.shell: e.ShellClosed | None = None
        self.visits: dict[str, e.ShellOpened] = {}
        self.built: dict[str, None] = {}

    def take(self, event: e.Event, state: LabState | None = None) -> None:
        """Go on by one event. `state` is the state after it, if that is known already."""
        self.state = fold(self.state, event) if state is None else state
        told = line(event, self.state)
        if told:
            self.lines.append(told)
        match event:
            case e.TrafficCounted():
                self.points[event.fleet].append(point(event))
                self.samples[event.fleet].extend(event.samples)
            case e.OperationDone():
                self.commands[event.server].append(event)
            case e.ServerStopped():
                self.commands.pop(event.server, None)
                self.visits.pop(event.server, None)
            case e.Progress():
                self.progress = event
            case e.ShellOpened():
                self.visits[event.where] = event
            case e.ShellClosed():
                self.shell = event
            case e.ImageBuilt():
                self.built[event.version] = None

    def copy(self) -> "Picture":
        """The same picture, which later events of this one do not change."""
        other = copy(self)
        other.lines = self.lines.copy()
        other.built, other.visits = self.built.copy(), self.visits.copy()
        for name in ("points", "samples", "commands"):
            kept = getattr(self, name)
            setattr(other, name, defaultdict(kept.default_factory, {key: kept[key].copy() for key in kept}))
        return other

    @property
    def fleets(self) -> tuple[str, ...]:
        """The fleets' names, in the order in which the session names them."""
        return tuple(spec.name for spec in self.state.session.fleets) if self.state.session else ()

    @property
    def versions(self) -> tuple[str, ...]:
        """All versions that were built, in that order: what gives each its mark."""
        return tuple(self.built)


def point(event: e.TrafficCounted) -> Point:
    """An interval of traffic as one point of a trend."""
    outcomes: Counter[str] = Counter()
    versions: Counter[str] = Counter()
    for row in event.rows:
        outcomes[row.outcome] += row.count
        if row.version:
            versions[row.version] += row.count
    latency = merge(*(row.latency for row in event.rows if row.outcome in ANSWERED))
    return Point(
        start=event.start,
        at=event.at,
        sent=outcomes.total(),
        bad=outcomes.total() - outcomes["served"],
        lost=outcomes["refused"] + outcomes["dropped"],
        p95=quantile(latency, 0.95) if latency else None,
        versions=tuple(sorted(versions.items())),
    )
