"""What the lab puts into an image: a pure function of recipe and catalogue, and the differences between two of them."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from difflib import unified_diff
from typing import Any

from lab.model.config import render_config
from lab.model.manifest import Entry, Manifest, file_entry, written
from lab.model.package import Catalogue
from lab.model.recipe import CONFIG_PATH, Recipe


@dataclass(frozen=True)
class Contents:
    """A manifest, and the bytes of the files in it."""

    manifest: Manifest
    files: Mapping[str, bytes]

    def of(self, kind: str) -> dict[str, Entry]:
        """The manifest's entries of one kind, by name without what marks the kind."""
        found = sorted((name, entry) for name, entry in self.manifest.items() if entry.kind == kind)
        return {name if name.startswith("/") else name.partition(":")[2]: entry for name, entry in found}


def contents(recipe: Recipe, catalogue: Catalogue, base: Mapping[str, bytes] | None = None) -> Contents:
    """The packages with all that they depend on, the files and the configuration keys; `base` are files below them.

    Raises `UnknownPackageError` for a package that the catalogue lacks.
    """
    installed = catalogue.closure(recipe.all_packages)
    files = dict(base or {})
    for name, version in installed.items():
        files |= catalogue.package(name, version).files
    files |= {path: text.encode() for path, text in recipe.files.items()}
    files[CONFIG_PATH] = render_config(recipe.config)
    manifest: dict[str, Entry] = {}
    for path, content in files.items():
        entries = written({}, path, content, file_entry(content))
        manifest |= {name: entry for name, entry in entries.items() if entry}
    manifest |= {f"package:{name}": Entry("package", version) for name, version in installed.items()}
    return Contents(manifest, files)


@dataclass(frozen=True)
class Change:
    """Something before and after; None where it is not there. `diff` are the lines of a text that changed."""

    old: Any
    new: Any
    diff: tuple[str, ...] = ()


@dataclass(frozen=True)
class Differences:
    """What two images differ in: package versions, files by SHA-256, configuration keys, and behaviour by name."""

    packages: Mapping[str, Change]
    files: Mapping[str, Change]
    config: Mapping[str, Change]
    behaviour: Mapping[str, Change]


def differences(old: Recipe, new: Recipe, catalogue: Catalogue) -> Differences:
    """What leads from one recipe's image to another's."""
    before, after = contents(old, catalogue), contents(new, catalogue)
    was, is_ = asdict(old.behaviour), asdict(new.behaviour)
    return Differences(
        packages=dict(_changes(before, after, "package")),
        files=dict(_changes(before, after, "file")),
        config=dict(_changes(before, after, "config")),
        behaviour={name: Change(was[name], is_[name]) for name in was if was[name] != is_[name]},
    )


def _changes(before: Contents, after: Contents, kind: str) -> Iterator[tuple[str, Change]]:
    old, new = before.of(kind), after.of(kind)
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            diff = _diff(name, before.files.get(name, b""), after.files.get(name, b"")) if kind == "file" else ()
            was, now = (side[name].digest if name in side else None for side in (old, new))
            yield name, Change(was, now, diff)


def _diff(path: str, old: bytes, new: bytes) -> tuple[str, ...]:
    """The unified diff of two texts; nothing if one of them is none."""
    try:
        before, after = old.decode().splitlines(), new.decode().splitlines()
    except UnicodeDecodeError:
        return ()
    return tuple(unified_diff(before, after, path, path, lineterm=""))
