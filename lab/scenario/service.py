"""The `service` part of a scenario: what runs on the servers, in which versions, from which packages."""

from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from lab.model.recipe import Recipe, RecipeChange, resolve
from lab.model.spec import ConfigValue, Duration, Key, NewVersion, PackageName, Path, Share, Spec, Version, expected

SERVICE = "storefront"
"""The one service that the lab has."""

MAX_VERSIONS = 100


class MayBeEmpty(Spec):
    """A mapping of which nothing has to be given: nothing after the colon means that nothing is."""

    @model_validator(mode="before")
    @classmethod
    def _empty(cls, value: Any) -> Any:
        return {} if value is None else value


class BehaviourSpec(MayBeEmpty):
    """How a version treats its requests."""

    errors: Share | None = Field(None, description="the share of requests that it answers with 500, such as 4%")
    lost_orders: Share | None = Field(None, description="the share that it answers with 200, but with the order lost")
    startup: Duration | None = Field(None, description="how long it takes until it listens, such as 3s")
    latency: Duration | None = Field(None, description="the median of its service time, such as 35ms")


class VersionSpec(MayBeEmpty):
    """One version of the service: all of it, or what differs from the version it is derived `from`."""

    from_: Version | None = Field(None, alias="from", description="the version that this one is derived from")
    packages: dict[PackageName, NewVersion | None] = Field(
        {}, description="libraries that it asks for, and their versions; null takes one out again"
    )
    config: dict[Key, ConfigValue | None] = Field(
        {}, description="keys of its configuration file, and their values; null takes one out again"
    )
    files: dict[Path, str | None] = Field(
        {}, description="further files of the image, and their text; null takes one out again"
    )
    behaviour: BehaviourSpec = Field(BehaviourSpec(), description="how it treats its requests")

    @property
    def change(self) -> RecipeChange:
        behaviour = self.behaviour.model_dump(exclude_none=True)
        return RecipeChange(self.from_, self.packages, self.config, self.files, **behaviour)


class PackageSpec(MayBeEmpty):
    """One version of a package in the lab's package repository."""

    depends: dict[PackageName, NewVersion] = Field({}, description="packages that come with it, and their versions")


def _is_service(value: str) -> str:
    if value != SERVICE:
        raise expected(f"{SERVICE}, the lab's sample service")
    return value


class ServiceSpec(Spec):
    """What runs on the servers."""

    image: Annotated[str, AfterValidator(_is_service)] = Field(SERVICE, description="the lab's sample service")
    versions: dict[NewVersion, VersionSpec] = Field(
        description="the versions of the service, by name; names in quotes", min_length=1, max_length=MAX_VERSIONS
    )
    packages: dict[PackageName, dict[NewVersion, PackageSpec]] = Field(
        {}, description="packages of the lab's repository that depend on others; the rest need no mention"
    )

    @property
    def recipes(self) -> dict[str, Recipe]:
        """Every version's whole recipe."""
        return resolve(self.image, {version: spec.change for version, spec in self.versions.items()})

    def depends(self, name: str, version: str) -> tuple[tuple[str, str], ...]:
        """What comes with a package."""
        spec = self.packages.get(name, {}).get(version, PackageSpec())
        return tuple(spec.depends.items())
