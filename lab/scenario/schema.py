"""What a scenario may say, as one set of types, and the `Scenario` that comes of it.

Validation, the editor's schema and the reference are all made from these types. Orders, strategies and metrics
are taken from their own registers: a new one appears here by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, Field, create_model, model_validator
from pydantic_core import PydanticCustomError

from lab.model.fleet import FleetSpec
from lab.model.metric import Comparison
from lab.model.operation import InstallPackages
from lab.model.orders import Order, Ssh
from lab.model.package import Catalogue, library, service
from lab.model.recipe import Recipe
from lab.model.spec import DURATION, RATE, Count, Duration, FleetName, Name, Rate, Spec, Version, expected, plain
from lab.scenario.service import MayBeEmpty, ServiceSpec
from lab.scenario.shorthand import NOTHING, Or, doc_of
from lab.scenario.timeline import Expected, StepSpec
from lab.strategies import STRATEGIES, Strategy

MAX_FLEETS = 20


def _long_enough(seconds: float) -> float:
    if seconds < 0.1:
        raise expected("a duration of at least 100ms")
    return seconds


class TrafficSpec(MayBeEmpty):
    """The requests that every fleet gets."""

    rate: Rate = Field(20.0, description="requests for each fleet, such as 50/s")
    slo: Duration = Field(0.25, description="a request slower than this is not a good one")
    interval: Annotated[Duration, AfterValidator(_long_enough)] = Field(
        1.0, description="requests are counted together over this time"
    )


class _Choice(Spec):
    """One strategy, and its options."""

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        if value not in STRATEGIES:
            known = ", ".join(STRATEGIES)
            raise PydanticCustomError("undefined", "a strategy: {known}", {"known": known, "choices": [*STRATEGIES]})
        return {value: {}}

    @model_validator(mode="after")
    def _one(self) -> "_Choice":
        if len(self.model_fields_set) != 1:
            raise expected(f"one strategy: {', '.join(STRATEGIES)}")
        return self

    @property
    def strategy(self) -> Strategy:
        (field,) = self.model_fields_set
        chosen: Strategy = getattr(self, field)
        return chosen


_STRATEGY_FIELDS: Any = {
    name.replace("-", "_"): (Annotated[kind, NOTHING], Field(None, description=doc_of(kind)))
    for name, kind in STRATEGIES.items()
}
Choice: type[_Choice] = create_model("Choice", __base__=_Choice, __doc__=_Choice.__doc__, **_STRATEGY_FIELDS)


class FleetEntry(Spec):
    """One side of the comparison."""

    servers: Annotated[Count, Field(ge=1, le=10_000)] = Field(description="how many servers it has")
    version: Version = Field(description="the version that it begins with")
    strategy: Annotated[Choice, Or({"enum": [*STRATEGIES]})] = Field(
        description="how it gets from one version to another: a name, or {NAME: {OPTION: VALUE}}"
    )
    port: Annotated[Count, Field(ge=1024, le=65535)] = Field(
        0, description="the port of this host's loopback address on which it answers; any free one if not given"
    )

    def spec(self, name: str) -> FleetSpec:
        strategy = self.strategy.strategy
        return FleetSpec(name, self.servers, self.version, strategy.name, strategy.mutable, self.port)


class Document(Spec):
    """A scenario: one timeline of orders for several fleets."""

    title: Annotated[str, Field(min_length=1, max_length=200)] = Field(description="what it is called")
    about: str = Field("", description="what can be learnt from it")
    seed: Annotated[int, Field(ge=0, lt=2**63)] = Field(1, description="where all chance comes from")
    service: ServiceSpec = Field(description="what runs on the servers")
    traffic: TrafficSpec = Field(TrafficSpec(), description="the requests that every fleet gets")
    fleets: dict[Name, FleetEntry] = Field(
        description="the sides of the comparison, by name", min_length=1, max_length=MAX_FLEETS
    )
    steps: list[StepSpec] = Field(description="the orders, in their order")
    expect: dict[FleetName, Expected] = Field({}, description="what should have come of it, by fleet")


@dataclass(frozen=True, slots=True)
class Step:
    """One order of the timeline. `at` is lab time in seconds, `fleets` is empty for all."""

    at: float | None
    fleets: tuple[str, ...]
    may_fail: bool
    order: Order


@dataclass(frozen=True, slots=True)
class Expectation:
    """A figure of a fleet, by the metric's name, that should be so at the end."""

    fleet: str
    metric: str
    comparison: Comparison


@dataclass(frozen=True)
class Scenario:
    """A scenario that can be played. `rate` is requests a second for each fleet; `slo` and `interval` are seconds."""

    title: str
    about: str
    seed: int
    service: ServiceSpec
    rate: float
    slo: float
    interval: float
    fleets: tuple[FleetSpec, ...]
    strategies: Mapping[str, Strategy]
    recipes: Mapping[str, Recipe]
    steps: tuple[Step, ...]
    expectations: tuple[Expectation, ...]

    def catalogue(self, program: bytes) -> Catalogue:
        """Every package that the scenario names, and what they depend on; `program` is the service's own."""
        packages = {(p.name, p.version): p for p in (service(recipe, program) for recipe in self.recipes.values())}
        waiting = [*self._named_packages()]
        while waiting:
            name, version = waiting.pop()
            if (name, version) not in packages and name != self.service.image:
                depends = self.service.depends(name, version)
                packages[name, version] = library(name, version, depends)
                waiting += depends
        return Catalogue(packages)

    def _named_packages(self) -> list[tuple[str, str]]:
        named = [pair for recipe in self.recipes.values() for pair in recipe.packages.items()]
        named += [(name, version) for name, versions in self.service.packages.items() for version in versions]
        for step in self.steps:
            if isinstance(step.order, Ssh):
                installs = [done for done in step.order.operations if isinstance(done, InstallPackages)]
                named += [pair for install in installs for pair in install.packages]
        return named


def scenario(document: Document) -> Scenario:
    """The scenario that a document tells, once nothing is wrong with it."""
    fleets: dict[str, Any] = document.fleets
    steps: list[Any] = document.steps
    return Scenario(
        title=document.title,
        about=document.about,
        seed=document.seed,
        service=document.service,
        rate=document.traffic.rate,
        slo=document.traffic.slo,
        interval=document.traffic.interval,
        fleets=tuple(entry.spec(name) for name, entry in fleets.items()),
        strategies={name: entry.strategy.strategy for name, entry in fleets.items()},
        recipes=document.service.recipes,
        steps=tuple(Step(step.at, tuple(dict.fromkeys(step.fleets)), step.may_fail, step.order) for step in steps),
        expectations=tuple(
            Expectation(fleet, metric, comparison)
            for fleet, expected_ in document.expect.items()
            for metric, comparison in expected_.comparisons.items()
        ),
    )


def json_schema() -> dict[str, Any]:
    """The JSON Schema of scenario files, for editors."""
    schema: dict[str, Any] = _with_written_defaults(Document.model_json_schema())
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


_UNITS = {DURATION: "s", RATE: "/s"}


def _with_written_defaults(schema: Any) -> Any:
    """Defaults as a scenario would write them, and none where that would be nothing, or a whole mapping."""
    match schema:
        case {"default": None | {}}:
            return _with_written_defaults({key: schema[key] for key in schema if key != "default"})
        case {"default": float(value), "pattern": pattern} if pattern in _UNITS:
            return {**schema, "default": plain(value) + _UNITS[pattern]}
        case dict():
            return {key: _with_written_defaults(value) for key, value in schema.items()}
        case list():
            return [_with_written_defaults(value) for value in schema]
    return schema
