"""Orders: what a user or a scenario asks for.

Each class is the one source of its order: fields, their meaning, the scenario's schema, its help. An order
that is added here is known to the loader, the schema and every face.
"""

from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import Field, create_model, model_validator

from lab.model.metric import METRICS, Comparison, NumberComparison
from lab.model.operation import (
    PATCH_STEPS,
    DeleteFile,
    InstallPackages,
    Operation,
    RemovePackages,
    RestartService,
    SetConfig,
    WriteFile,
)
from lab.model.probed import Probed
from lab.model.spec import (
    ConfigValue,
    Count,
    Duration,
    FleetName,
    Key,
    NewVersion,
    PackageName,
    Path,
    Rate,
    ServerCount,
    ServerNumber,
    Share,
    Spec,
    Version,
    expected,
    kebab,
)


class Order(Spec):
    """Something to do.

    `verb` is its name in scenarios, `label` its name in menus. `shorthand` names the field that a bare value stands
    for. `destroys` tells faces to ask first. `key` is the key that the terminal UI gives it.
    """

    verb: ClassVar[str]
    label: ClassVar[str]
    shorthand: ClassVar[str | None] = None
    destroys: ClassVar[bool] = False
    key: ClassVar[str | None] = None

    @model_validator(mode="before")
    @classmethod
    def _from_shorthand(cls, value: Any) -> Any:
        if cls.shorthand and not isinstance(value, dict):
            return {cls.shorthand: value}
        return {} if value is None else value

    @property
    def arguments(self) -> dict[str, Any]:
        """The fields that were given, as YAML would have them."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)


class Say(Order):
    """Tell the learner something."""

    verb = "say"
    label = "Say something"
    shorthand = "text"

    text: str = Field(description="what to tell")


class Release(Order):
    """Bring a version to the fleet, in the way of its strategy."""

    verb = "release"
    label = "Release a version"
    shorthand = "version"
    key = "r"

    version: Version = Field(description="the version that every server should be")


class Rollback(Order):
    """Go back to the version before the last release, in the way of the fleet's strategy."""

    verb = "rollback"
    label = "Roll back"
    destroys = True
    key = "b"


class Promote(Order):
    """Let a release that waits for a decision go on."""

    verb = "promote"
    label = "Promote"
    key = "g"


class Abort(Order):
    """Give up a release that is under way: all traffic goes back, and what was launched for it goes."""

    verb = "abort"
    label = "Abort the release"
    destroys = True
    key = "a"


class Weight(Order):
    """Give a canary that is being judged another share of the traffic, until its next stage."""

    verb = "weight"
    label = "Set the canary's weight"
    shorthand = "share"
    key = "y"

    share: Annotated[Share, Field(gt=0, le=0.5)] = Field(
        description="the canary's share of all requests, and the baseline's; at most 50%"
    )


class OnServers(Order):
    """An order to some servers of each fleet, named by number."""

    server: ServerNumber | None = Field(None, description="the number of one server")
    servers: list[ServerNumber] = Field([], description="the numbers of several servers", examples=[[1, 2]])

    @property
    def numbers(self) -> tuple[int, ...]:
        return (*(() if self.server is None else (self.server,)), *self.servers)

    @model_validator(mode="after")
    def _names_a_server(self) -> "OnServers":
        if not self.numbers and type(self) is not Fault:
            raise expected("`server: NUMBER` or `servers: [NUMBER, …]`")
        return self


class Written(Spec):
    """A file to write: its whole content, or some keys of a TOML file to set."""

    path: Path = Field(description="where the file is")
    content: str | None = Field(None, description="the whole text of the file")
    set: dict[Key, ConfigValue] = Field({}, description="keys of a flat TOML file, and their values")
    mode: Annotated[str, Field(pattern=r"^0?[0-7]{3}$")] = Field("644", description="its permission bits")

    @model_validator(mode="after")
    def _content_or_keys(self) -> "Written":
        if (self.content is None) == (not self.set):
            raise expected("either `content: TEXT` or `set: {KEY: VALUE}`")
        return self

    @property
    def operations(self) -> list[Operation]:
        if self.content is not None:
            return [WriteFile(self.path, self.content, int(self.mode, 8))]
        return [SetConfig(key, value, self.path) for key, value in self.set.items()]


class Ssh(OnServers):
    """A person changes servers by hand: what is given here is done in this order, on each of them."""

    verb = "ssh"
    label = "Patch by hand"
    key = "p"

    write: Written | None = Field(
        None,
        description="write a file, or set keys of one",
        examples=[{"path": "/etc/storefront/app.toml", "set": {"timeout": 30}}],
    )
    delete: Path | None = Field(None, description="delete a file", examples=["/etc/motd"])
    install: dict[PackageName, NewVersion] = Field(
        {}, description="install packages at these versions", examples=[{"libpay": "1.1"}]
    )
    remove: list[PackageName] = Field([], description="remove packages", examples=[["libpay"]])
    restart: bool = Field(False, description="restart the service afterwards")
    who: str = Field("someone", description="who did it, for the record")

    @property
    def operations(self) -> tuple[Operation, ...]:
        done: list[Operation] = list(self.write.operations) if self.write else []
        done += [DeleteFile(self.delete)] if self.delete else []
        done += [InstallPackages(tuple(self.install.items()))] if self.install else []
        done += [RemovePackages(tuple(self.remove))] if self.remove else []
        done += [RestartService()] if self.restart else []
        return tuple(done)

    @model_validator(mode="after")
    def _does_something(self) -> "Ssh":
        if not self.operations:
            raise expected("something to do: write, delete, install, remove or restart")
        return self


class Kill(OnServers):
    """Kill machines, as a failing host would: no warning, no draining."""

    verb = "kill"
    label = "Kill machines"
    destroys = True
    key = "x"


class Reboot(OnServers):
    """Restart whole machines: what is on disk stays, what was only in memory is gone."""

    verb = "reboot"
    label = "Reboot machines"
    destroys = True
    key = "o"


class ZoneFailure(Order):
    """Kill a third of the servers at once, as when a zone of a data centre fails: every third one, from `zone` on."""

    verb = "zone-failure"
    label = "Fail a zone"
    shorthand = "zone"
    destroys = True
    key = "Z"

    zone: Annotated[Count, Field(ge=1, le=3)] = Field(1, description="which third: 1, 2 or 3")


class Rebuild(Order):
    """Build dead servers of a mutable fleet anew: the first image, then every patch since, step by step."""

    verb = "rebuild"
    label = "Rebuild lost servers"
    key = "u"


class Scan(Order):
    """Compare every server with the declared state."""

    verb = "scan"
    label = "Scan for drift"
    key = "d"


class ProbeSpec(Spec):
    """What a version must do to pass: so many requests to one server, and what they may show."""

    requests: Annotated[Count, Field(ge=1, le=100_000)] = Field(
        200, description="how many; of a version that fails one request in n, a few times n show it"
    )
    errors: NumberComparison = Field(
        Comparison("<", 0.01),
        description="the share that is answered with 5xx or not at all",
        json_schema_extra={"default": "< 1%"},
    )
    latency: NumberComparison = Field(
        Comparison("<", 0.25),
        description="the 95th percentile of their latency",
        json_schema_extra={"default": "< 250ms"},
    )

    def faults(self, probed: Probed) -> str:
        """What the version failed at, or nothing."""
        share = probed.errors / probed.sent
        found = [] if self.errors.holds(share) else [f"errors: expected {self.errors}, got {share:.4g}"]
        if not self.latency.holds(probed.p95):
            found.append(f"latency: expected {self.latency}, got {probed.p95:.3g}")
        return "; ".join(found)


class Bisect(Order):
    """Find the first bad version: launch images where no user sees them, probe them, halve what is left."""

    verb = "bisect"
    label = "Find the first bad version"
    key = "i"

    good: Version = Field(description="a version that passes the probe")
    bad: Version = Field(description="a later version that fails it")
    probe: ProbeSpec = Field(ProbeSpec(), description="how a version is told to be good or bad")
    healthy_within: Duration = Field(30.0, description="how long a server may take to start before it is skipped")


class Copy(OnServers):
    """Launch the image of what servers run once more, out of users' sight, and compare each with its copy."""

    verb = "copy"
    label = "Compare with a copy"
    key = "c"


class Traffic(Order):
    """Change how many requests a second each fleet gets."""

    verb = "traffic"
    label = "Change the traffic"
    shorthand = "rate"
    key = "t"

    rate: Rate = Field(description="the new rate, such as 80/s")


class Fault(OnServers):
    """Make a step of the next patch fail on some servers, or take the package repository away or back."""

    verb = "fault"
    label = "Cause a fault"
    key = "f"

    step: Literal["fetch", "install", "restart", "verify"] | None = Field(
        None, description="the patch step that will fail"
    )
    count: ServerCount | None = Field(None, description="on how many servers, chosen by the seed")
    repository: Literal["down", "up"] | None = Field(None, description="the package repository's reachability")

    @model_validator(mode="after")
    def _one_fault(self) -> "Fault":
        if (self.step is None) == (self.repository is None):
            raise expected("either `step: fetch|install|restart|verify` or `repository: down|up`")
        if self.step and bool(self.numbers) == (self.count is not None):
            raise expected("either `server`/`servers` or `count`, to say where the step fails")
        return self


class _Until(Order):
    """Wait until all the figures named are so, and fail if that takes longer than `within`."""

    verb = "wait-until"
    label = "Wait for figures"

    fleet: FleetName | None = Field(None, description="look at this fleet only")
    within: Duration = Field(60.0, description="the deadline")

    @property
    def conditions(self) -> dict[str, Comparison]:
        given = {kebab(name): getattr(self, name) for name in type(self).model_fields}
        return {name: value for name, value in given.items() if isinstance(value, Comparison)}

    @model_validator(mode="after")
    def _waits_for_something(self) -> "_Until":
        if not self.conditions:
            raise expected('a figure to wait for, such as version: "1.1" or healthy: 6')
        return self


METRIC_FIELDS: Any = {
    name.replace("-", "_"): (metric.comparison | None, Field(None, description=metric.doc))
    for name, metric in METRICS.items()
}

WaitUntil: type[_Until] = create_model("WaitUntil", __base__=_Until, __doc__=_Until.__doc__, **METRIC_FIELDS)

ORDERS: dict[str, type[Order]] = {
    order.verb: order
    for order in (
        Say,
        Release,
        Rollback,
        Promote,
        Abort,
        Weight,
        Ssh,
        Kill,
        Reboot,
        ZoneFailure,
        Rebuild,
        Scan,
        Bisect,
        Copy,
        Traffic,
        Fault,
        WaitUntil,
    )
}
"""Every order by its verb."""

assert get_args(get_args(Fault.model_fields["step"].annotation)[0]) == PATCH_STEPS
