"""Packages: their content as a pure function of name and version, so that both engines install the same bytes."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field

from lab.model.recipe import Recipe


class UnknownPackageError(LookupError):
    """A package, or a version of it, that the catalogue does not have."""


@dataclass(frozen=True)
class Package:
    """A Debian package: architecture `all`, files owned by root, mode 0644.

    `depends` lists (name, version) pairs that come with it. `files` maps absolute paths to contents.
    """

    name: str
    version: str
    depends: tuple[tuple[str, str], ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Catalogue:
    """Every package that the lab's package repository offers."""

    packages: Mapping[tuple[str, str], Package]

    def closure(self, wanted: Mapping[str, str]) -> dict[str, str]:
        """`wanted` and all that it depends on, name to version; what is asked for by name wins.

        Raises `UnknownPackageError` for what the catalogue lacks.
        """
        found = dict(wanted)
        queue = list(wanted.items())
        while queue:
            package = self.package(*queue.pop())
            for name, version in package.depends:
                if name not in found:
                    found[name] = version
                    queue.append((name, version))
        return found

    def package(self, name: str, version: str) -> Package:
        """The package, or `UnknownPackageError`."""
        try:
            return self.packages[name, version]
        except KeyError:
            raise UnknownPackageError(f"Unable to locate package {name}={version}") from None


def library(name: str, version: str, depends: Iterable[tuple[str, str]] = ()) -> Package:
    """A library that the service imports: one Python module that knows its version."""
    module = name.replace("-", "_")
    path = f"/usr/lib/python3/dist-packages/{module}/__init__.py"
    source = f'"""{name}, a library of the lab\'s sample service."""\n\nVERSION = "{version}"\n'
    return Package(name, version, tuple(depends), {path: source.encode()})


def service(recipe: Recipe, program: bytes) -> Package:
    """The service itself at one version: its program, and a release file with version and behaviour."""
    release = {
        "version": recipe.version,
        "libraries": sorted(name.replace("-", "_") for name in recipe.packages),
        **{name.replace("_", "-"): value for name, value in asdict(recipe.behaviour).items()},
    }
    root = f"/opt/{recipe.service}"
    files = {f"{root}/app.py": program, f"{root}/release.json": json.dumps(release, indent=1).encode() + b"\n"}
    return Package(recipe.service, recipe.version, (), files)
