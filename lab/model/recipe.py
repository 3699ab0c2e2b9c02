"""Recipes: what an image is built from. Text, versioned, hashable."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import astuple, dataclass, field, fields, replace

from lab.model.config import Value

CONFIG_PATH = "/etc/storefront/app.toml"

SIGMA = 0.35
"""Sigma of the log-normal service time: one request in twenty takes 1.8 times the median."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How a version of the service treats its requests.

    `latency` is the median of its log-normal service time in seconds, `errors` the share of requests that
    it answers with 500, `lost_orders` the share of the others that it answers with 200 without having completed
    the order in them. `startup` is how long it takes to listen, beyond what every process takes, in seconds.
    """

    latency: float = 0.010
    errors: float = 0.0
    lost_orders: float = 0.0
    startup: float = 0.0


@dataclass(frozen=True)
class Recipe:
    """One version of the service, in full: nothing is inherited any more.

    `packages` maps names to versions and leaves out what they only depend on. `files` maps absolute paths
    to text. `parent` is the version it was derived from.
    """

    service: str
    version: str
    packages: Mapping[str, str] = field(default_factory=dict)
    config: Mapping[str, Value] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    behaviour: Behaviour = Behaviour()
    parent: str | None = None

    @property
    def all_packages(self) -> dict[str, str]:
        """The packages asked for, the service's own among them."""
        return {self.service: self.version, **self.packages}

    @property
    def digest(self) -> str:
        """SHA-256 over everything that the image is built from."""
        parts = [
            self.service,
            self.version,
            sorted(self.packages.items()),
            sorted(self.config.items()),
            sorted(self.files.items()),
            list(astuple(self.behaviour)),
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


@dataclass(frozen=True)
class RecipeChange:
    """What a version says about itself: all of it, or only what differs from the version it is `parent`ed on.

    A package or key mapped to None is taken out again. The last fields are those of `Behaviour`.
    """

    parent: str | None = None
    packages: Mapping[str, str | None] = field(default_factory=dict)
    config: Mapping[str, Value | None] = field(default_factory=dict)
    files: Mapping[str, str | None] = field(default_factory=dict)
    latency: float | None = None
    errors: float | None = None
    lost_orders: float | None = None
    startup: float | None = None


def resolve(service: str, changes: Mapping[str, RecipeChange]) -> dict[str, Recipe]:
    """Every version's whole recipe. The parents must exist and form no cycle."""
    done: dict[str, Recipe] = {}

    def recipe(version: str) -> Recipe:
        if version not in done:
            change = changes[version]
            base = recipe(change.parent) if change.parent else Recipe(service, version)
            done[version] = _changed(base, version, change)
        return done[version]

    return {version: recipe(version) for version in changes}


def _changed(base: Recipe, version: str, change: RecipeChange) -> Recipe:
    given = {part.name: getattr(change, part.name) for part in fields(Behaviour)}
    behaviour = replace(base.behaviour, **{name: value for name, value in given.items() if value is not None})
    return replace(
        base,
        version=version,
        parent=change.parent,
        packages={k: v for k, v in {**base.packages, **change.packages}.items() if v is not None},
        config={k: v for k, v in {**base.config, **change.config}.items() if v is not None},
        files={k: v for k, v in {**base.files, **change.files}.items() if v is not None},
        behaviour=behaviour,
    )
