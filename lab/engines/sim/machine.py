"""A simulated machine: its disk as a delta to its image, and the process that loaded some of it.

Operations are carried out on it as Docker's commands are on a container, with the same paths changed and the
same refusals. Pure in time: how long something takes is the engine's business.
"""

import json
import tomllib
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import singledispatchmethod
from pathlib import PurePosixPath
from typing import Any

from lab.model.config import with_key
from lab.model.fleet import Observation, Server
from lab.model.image import Image
from lab.model.manifest import Entry, deleted, file_entry, is_volatile, written
from lab.model.operation import (
    DeleteFile,
    FetchPackages,
    InstallPackages,
    Operation,
    Outcome,
    RemovePackages,
    RestartService,
    SetConfig,
    VerifyVersion,
    WriteFile,
)
from lab.model.package import Catalogue, UnknownPackageError
from lab.model.recipe import CONFIG_PATH, Behaviour

READ_ONLY = "Read-only file system"
DONE = Outcome(True)
PORT = 8080

TMPFS = ("/tmp/", "/run/")
"""Where even a read-only machine can write: memory, gone with the machine."""


LINES = 1000
"""As many lines of output are kept of a machine."""


class RefusedError(Exception):
    """The machine says no; the text is what it says."""


@dataclass(frozen=True)
class Loaded:
    """What the running process read from disk when it started."""

    observation: Observation
    behaviour: Behaviour


@dataclass
class Machine:
    """One simulated server.

    `files` are the contents of the image's own files, `delta` what changed on disk since the launch, and
    `contents` the text of what changed. `loaded` is None while no process runs. `obstacles` are the patch
    steps that something on the machine prevents. `output` is what the service printed, as the real one does.
    """

    server: Server
    image: Image
    files: Mapping[str, bytes]
    catalogue: Catalogue
    delta: dict[str, Entry | None] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    fetched: set[tuple[str, str]] = field(default_factory=set)
    loaded: Loaded | None = None
    on: bool = True
    up_since: float = 0.0
    output: deque[str] = field(default_factory=lambda: deque(maxlen=LINES))
    obstacles: set[str] = field(default_factory=set)
    repository: bool = True

    @property
    def healthy(self) -> bool:
        """Whether the service would pass a health check now."""
        return self.loaded is not None and "verify" not in self.obstacles

    @property
    def startup(self) -> float:
        """How long the service on disk takes to listen, beyond what every process takes, in seconds."""
        try:
            return float(json.loads(self._content(f"/opt/{self.image.recipe.service}/release.json"))["startup"])
        except (ValueError, KeyError):
            return 0.0

    def start(self) -> None:
        """Let the service load what is on disk. `RefusedError` if it cannot start with that."""
        self.loaded = None
        service = self.image.recipe.service
        try:
            self.loaded = self._load()
        except RefusedError as refusal:
            self.output.append(f"{service} cannot start: {refusal}")
            raise RefusedError(f"the service does not start: {refusal}") from None
        self.output.append(f"{service} {self.loaded.observation.version} listens on port {PORT}")

    def read(self, path: str) -> bytes | None:
        """What a file holds; None if there is no such file."""
        entry = self._entry(path)
        return self._content(path) if entry and entry.kind == "file" else None

    def apply(self, operation: Operation) -> Outcome:
        """Carry out an operation; a refusal changes nothing."""
        try:
            self._apply(operation)
        except RefusedError as refusal:
            return Outcome(False, str(refusal))
        return DONE

    @singledispatchmethod
    def _apply(self, operation: Any) -> None:
        raise NotImplementedError(f"the simulator knows no {type(operation).__name__}")

    @_apply.register
    def _(self, operation: FetchPackages) -> None:
        self._writable()
        self.fetched |= set(self._download(dict(operation.packages)).items())

    @_apply.register
    def _(self, operation: InstallPackages) -> None:
        self._writable()
        if "install" in self.obstacles:
            raise RefusedError("Could not get lock /var/lib/dpkg/lock-frontend. It is held by another process")
        wanted = self._closure(dict(operation.packages))
        if not set(wanted.items()) <= self.fetched:
            self._download(wanted)
        for name, version in wanted.items():
            self._unpack(name, version)

    @_apply.register
    def _(self, operation: RemovePackages) -> None:
        self._writable()
        for name in operation.names:
            self._purge(name)

    @_apply.register
    def _(self, operation: WriteFile) -> None:
        self._write(operation.path, operation.content.encode(), operation.mode)

    @_apply.register
    def _(self, operation: DeleteFile) -> None:
        if self._entry(operation.path):
            self._delete(operation.path)

    @_apply.register
    def _(self, operation: SetConfig) -> None:
        entry = self._entry(operation.path)
        content = with_key(self._content(operation.path), operation.key, operation.value)
        self._write(operation.path, content, entry.mode if entry else 0o644)

    @_apply.register
    def _(self, operation: RestartService) -> None:
        if "restart" in self.obstacles:
            raise RefusedError("fail: storefront: runsv not running")
        self.start()

    @_apply.register
    def _(self, operation: VerifyVersion) -> None:
        if self.loaded is None:
            raise RefusedError("the service does not answer")
        running = self.loaded.observation.version
        if not self.healthy or running != operation.version:
            health = "healthy" if self.healthy else "unhealthy"
            raise RefusedError(f"expected {operation.version} and healthy, got {running} and {health}")

    # Packages

    def installed(self, name: str) -> str | None:
        """The version of a package in the package manager's books."""
        entry = self._entry(f"package:{name}")
        return entry.digest if entry else None

    def _closure(self, wanted: dict[str, str]) -> dict[str, str]:
        try:
            return self.catalogue.closure(wanted)
        except UnknownPackageError as error:
            raise RefusedError(f"E: {error}") from None

    def _download(self, wanted: dict[str, str]) -> dict[str, str]:
        if not self.repository:
            raise RefusedError("E: Failed to fetch http://packages:8000/ Could not resolve 'packages'")
        if "fetch" in self.obstacles:
            raise RefusedError("E: Failed to fetch http://packages:8000/ Could not connect to packages:8000")
        return self._closure(wanted)

    def _unpack(self, name: str, version: str) -> None:
        package = self.catalogue.package(name, version)
        old = self.installed(name)
        gone = set(self.catalogue.package(name, old).files) - set(package.files) if old else set()
        for path, content in package.files.items():
            self._write(path, content, 0o644)
        for path in sorted(gone):
            self._delete(path)
        self._put(f"package:{name}", Entry("package", version))

    def _purge(self, name: str) -> None:
        version = self.installed(name)
        if version is None:
            if not any(known == name for known, _ in self.catalogue.packages):
                raise RefusedError(f"E: Unable to locate package {name}")
            return
        for other, other_version in self._installed_packages():
            depends = self.catalogue.packages.get((other, other_version))
            if depends and (name, version) in depends.depends:
                self._purge(other)
        for path in self.catalogue.package(name, version).files:
            self._delete(path)
            self._prune(path)
        self._put(f"package:{name}", None)

    def _installed_packages(self) -> list[tuple[str, str]]:
        names = {n for n in (*self.image.manifest, *self.delta) if n.startswith("package:")}
        entries = ((name.removeprefix("package:"), self._entry(name)) for name in sorted(names))
        return [(name, entry.digest) for name, entry in entries if entry]

    def _prune(self, path: str) -> None:
        """Remove the directories above `path` that the package made and that are empty now."""
        parent = str(PurePosixPath(path).parent)
        if not any(self._entry(name) for name in self._below(parent)):
            self._delete(parent)

    def _below(self, directory: str) -> Iterable[str]:
        return [name for name in (*self.image.manifest, *self.delta) if name.startswith(f"{directory}/")]

    # Disk

    def _entry(self, name: str) -> Entry | None:
        return self.delta[name] if name in self.delta else self.image.manifest.get(name)

    def _content(self, path: str) -> bytes:
        if self._entry(path) is None:
            return b""
        return self.contents[path] if path in self.contents else self.files.get(path, b"")

    def _writable(self) -> None:
        if not self.server.writable:
            raise RefusedError(READ_ONLY)

    def _write(self, path: str, content: bytes, mode: int) -> None:
        if not path.startswith(TMPFS):
            self._writable()
        if is_volatile(path):
            return
        for parent in reversed(PurePosixPath(path).parents):
            if self._entry(str(parent)) is None and str(parent) != "/":
                self._put(str(parent), Entry("dir", mode=0o755, owner="0:0"))
        self.contents[path] = content
        for name in self._keys(path):
            self._put(name, None)
        for name, entry in written(self.image.manifest, path, content, file_entry(content, mode)).items():
            self._put(name, entry)

    def _delete(self, path: str) -> None:
        self._writable()
        self.contents.pop(path, None)
        for name in (*deleted(self.image.manifest, path), *self._keys(path)):
            self._put(name, None)

    def _keys(self, path: str) -> list[str]:
        return [name for name in self.delta if name.startswith(f"config:{path}#")]

    def _put(self, name: str, entry: Entry | None) -> None:
        """Note a change, or forget it where it leads back to what the image has."""
        if self.image.manifest.get(name) == entry:
            self.delta.pop(name, None)
        else:
            self.delta[name] = entry

    # The service

    def _load(self) -> Loaded:
        root = f"/opt/{self.image.recipe.service}"
        try:
            release = json.loads(self._content(f"{root}/release.json"))
            tomllib.loads(self._content(CONFIG_PATH).decode())
            libraries = {module: self._module(module) for module in release["libraries"]}
        except (ValueError, KeyError) as error:
            raise RefusedError(str(error)) from None
        if not self._entry(f"{root}/app.py"):
            raise RefusedError("its program is missing")
        behaviour = Behaviour(**{part.name: release[part.name.replace("_", "-")] for part in fields(Behaviour)})
        observed = Observation(release["version"], True, tuple(sorted(libraries.items())))
        return Loaded(observed, behaviour)

    def _module(self, module: str) -> str:
        source = self._content(f"/usr/lib/python3/dist-packages/{module}/__init__.py").decode()
        if not source:
            raise RefusedError(f"No module named '{module}'")
        return source.rpartition('VERSION = "')[2].partition('"')[0]
