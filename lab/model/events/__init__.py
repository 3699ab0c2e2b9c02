"""Events: what happened. Frozen, serialisable, and enough to tell the whole session again.

Every event has `at`, in seconds of lab time: 0 until `ClockStarted`, never running backwards after it.
"""

from lab.model.events.fleets import (
    DeclaredChanged,
    FaultChanged,
    RateChanged,
    RoutingChanged,
    Scanned,
    VerdictGiven,
    Verified,
    VersionProbed,
)
from lab.model.events.servers import (
    CopyCompared,
    HealthChanged,
    OperationDone,
    ServerAdmitted,
    ServerDraining,
    ServerKilled,
    ServerLaunched,
    ServerRebooted,
    ServerReplaced,
    ServerStopped,
    ShellClosed,
    ShellOpened,
    VersionRunning,
)
from lab.model.events.session import (
    SCHEMA,
    ClockStarted,
    ExpectationChecked,
    ImageBuilt,
    OrderEnded,
    OrderGiven,
    Progress,
    Said,
    SessionClosed,
    SessionOpened,
)
from lab.model.events.traffic import (
    RequestCount,
    RequestSample,
    TrafficCounted,
)

Event = (
    SessionOpened
    | Progress
    | ImageBuilt
    | ClockStarted
    | Said
    | OrderGiven
    | OrderEnded
    | DeclaredChanged
    | RoutingChanged
    | RateChanged
    | ServerLaunched
    | ServerAdmitted
    | ServerDraining
    | ServerStopped
    | ServerKilled
    | ServerRebooted
    | VersionRunning
    | HealthChanged
    | OperationDone
    | Verified
    | VerdictGiven
    | ServerReplaced
    | VersionProbed
    | CopyCompared
    | ShellOpened
    | ShellClosed
    | FaultChanged
    | Scanned
    | TrafficCounted
    | ExpectationChecked
    | SessionClosed
)

__all__ = [
    "SCHEMA",
    "ClockStarted",
    "CopyCompared",
    "DeclaredChanged",
    "Event",
    "ExpectationChecked",
    "FaultChanged",
    "HealthChanged",
    "ImageBuilt",
    "OperationDone",
    "OrderEnded",
    "OrderGiven",
    "Progress",
    "RateChanged",
    "RequestCount",
    "RequestSample",
    "RoutingChanged",
    "Said",
    "Scanned",
    "ServerAdmitted",
    "ServerDraining",
    "ServerKilled",
    "ServerLaunched",
    "ServerRebooted",
    "ServerReplaced",
    "ServerStopped",
    "SessionClosed",
    "SessionOpened",
    "ShellClosed",
    "ShellOpened",
    "TrafficCounted",
    "VerdictGiven",
    "Verified",
    "VersionProbed",
    "VersionRunning",
]
