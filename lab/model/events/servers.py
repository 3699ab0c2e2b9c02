"""Events of single servers."""

from dataclasses import dataclass
from typing import Literal

from lab.model.drift import DriftItem


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerLaunched:
    """A machine was started from an image. It gets no traffic before `ServerAdmitted`."""

    kind: Literal["server-launched"] = "server-launched"
    at: float
    fleet: str
    server: str
    number: int
    pool: str
    version: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerAdmitted:
    """The proxy saw the server healthy and sends it traffic from now on. `version` is what it runs."""

    kind: Literal["server-admitted"] = "server-admitted"
    at: float
    fleet: str
    server: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerDraining:
    """The proxy sends the server nothing new; what it has begun it may finish."""

    kind: Literal["server-draining"] = "server-draining"
    at: float
    fleet: str
    server: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerStopped:
    """The machine is gone, by the lab's will. `cut` requests were still under way."""

    kind: Literal["server-stopped"] = "server-stopped"
    at: float
    fleet: str
    server: str
    cut: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerKilled:
    """The machine died without warning. It stays in the fleet, dead, until something replaces it."""

    kind: Literal["server-killed"] = "server-killed"
    at: float
    fleet: str
    server: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerRebooted:
    """The machine was restarted and its service answers again, running `version`."""

    kind: Literal["server-rebooted"] = "server-rebooted"
    at: float
    fleet: str
    server: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerReplaced:
    """The fleet replaced a lost server by itself, `seconds` after it was lost."""

    kind: Literal["server-replaced"] = "server-replaced"
    at: float
    fleet: str
    server: str
    by: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRunning:
    """The service on a machine was restarted and says that it now runs `version`."""

    kind: Literal["version-running"] = "version-running"
    at: float
    fleet: str
    server: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthChanged:
    """The proxy changed its mind about a server that it sends traffic to."""

    kind: Literal["health-changed"] = "health-changed"
    at: float
    fleet: str
    server: str
    healthy: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationDone:
    """Something was done on a server, by a `patch` of the lab or by a person, or was refused there.

    `command` is what was run, as a shell would have it; `detail` the last of what it said.
    """

    kind: Literal["operation-done"] = "operation-done"
    at: float
    fleet: str
    server: str
    by: Literal["patch", "hand"]
    who: str
    step: str
    command: str
    ok: bool
    seconds: float
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyCompared:
    """A copy was launched from the image of what `server` runs. `items` are what the server differs in from it."""

    kind: Literal["copy-compared"] = "copy-compared"
    at: float
    fleet: str
    server: str
    copy: str
    version: str
    digest: str
    items: tuple[DriftItem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShellOpened:
    """A person has a shell on `server`; really it is in `where`: the same one, or a copy that will be thrown away.

    `command` is what opened it, empty where operations are offered instead.
    """

    kind: Literal["shell-opened"] = "shell-opened"
    at: float
    fleet: str
    server: str
    where: str
    command: str
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShellClosed:
    """A shell was closed after `seconds`. `lost` is what was changed in a copy, and is gone with it.

    `detail` says why that is not known, if it isn't.
    """

    kind: Literal["shell-closed"] = "shell-closed"
    at: float
    fleet: str
    server: str
    where: str
    seconds: float
    lost: tuple[DriftItem, ...] = ()
    detail: str = ""
