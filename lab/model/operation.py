"""Operations: what is done to one running server. Values; each engine knows how to carry them out."""

from dataclasses import dataclass

from lab.model.config import Value
from lab.model.recipe import CONFIG_PATH, Recipe

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class FetchPackages:
    """Read the package repository's index and download these (name, version) pairs, installing nothing."""

    packages: Pairs


@dataclass(frozen=True, slots=True)
class InstallPackages:
    """Install these (name, version) pairs, up or down, and whatever they depend on."""

    packages: Pairs


@dataclass(frozen=True, slots=True)
class RemovePackages:
    """Remove these packages. What came along as their dependency stays."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WriteFile:
    """Give the file at `path` this text and mode, making the directories that it needs."""

    path: str
    content: str
    mode: int = 0o644


@dataclass(frozen=True, slots=True)
class DeleteFile:
    """Delete the file at `path`, if there is one."""

    path: str


@dataclass(frozen=True, slots=True)
class SetConfig:
    """Set one key of a flat TOML file, or remove it where `value` is None."""

    key: str
    value: Value | None
    path: str = CONFIG_PATH


@dataclass(frozen=True, slots=True)
class RestartService:
    """Restart the service on the running machine, and wait until it answers."""


@dataclass(frozen=True, slots=True)
class VerifyVersion:
    """Ask the running service for its version and health; fails if it is unwell or another version."""

    version: str


Operation = (
    FetchPackages
    | InstallPackages
    | RemovePackages
    | WriteFile
    | DeleteFile
    | SetConfig
    | RestartService
    | VerifyVersion
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an operation: `detail` is the last thing it said, `command` what was run for it."""

    ok: bool
    detail: str = ""
    command: str = ""


PATCH_STEPS = ("fetch", "install", "restart", "verify")
"""The steps of a patch in place, in their order."""


def patch(old: Recipe, new: Recipe) -> dict[str, tuple[Operation, ...]]:
    """The operations of each patch step that lead from `old` to `new`, as far as the two recipes tell.

    What the recipes don't name, such as a dependency that came along, is not undone on the way back.
    """
    install = tuple(
        (name, version) for name, version in new.all_packages.items() if old.all_packages.get(name) != version
    )
    remove = tuple(name for name in old.all_packages if name not in new.all_packages)
    files: list[Operation] = [WriteFile(p, text) for p, text in new.files.items() if old.files.get(p) != text]
    files += [DeleteFile(path) for path in old.files if path not in new.files]
    files += [SetConfig(key, value) for key, value in new.config.items() if old.config.get(key) != value]
    files += [SetConfig(key, None) for key in old.config if key not in new.config]
    packages: list[Operation] = [InstallPackages(install)] if install else []
    packages += [RemovePackages(remove)] if remove else []
    return {
        "fetch": (FetchPackages(install),) if install else (),
        "install": (*packages, *files),
        "restart": (RestartService(),),
        "verify": (VerifyVersion(new.version),),
    }
