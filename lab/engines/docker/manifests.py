"""Manifests of images and what containers changed: tar streams and dpkg's database, read into entries."""

import contextlib
import hashlib
import io
import json
import tarfile
from collections.abc import Iterator
from dataclasses import astuple
from pathlib import Path
from typing import IO, cast

import docker

from lab.model.manifest import CONFIG_FILES, Entry, Manifest, is_volatile, written

DPKG = "/var/lib/dpkg/status"

_FORM = 1
"""Version of the cache's form: what was written in another one is passed over."""


def image_manifest(client: docker.DockerClient, image: str, cache: Path, marks: dict[str, str]) -> Manifest:
    """What is in the image with this identifier, volatile paths left out; read once and then kept in `cache`.

    Reading takes a container that is never started; `marks` are its labels.
    """
    file = cache / "manifests" / f"{image.removeprefix('sha256:')}.json"
    found = _cached(file)
    if found is None:
        container = client.api.create_container(image, labels=marks)["Id"]
        try:
            found = manifest(cast("IO[bytes]", _Stream(client.api.export(container))))
        finally:
            client.api.remove_container(container, force=True)
        _keep(file, found)
    return found


def manifest(archive: IO[bytes]) -> dict[str, Entry]:
    """The manifest of a whole root file system, read from a tar stream."""
    found: dict[str, Entry] = {}
    for path, entry, content in entries(archive):
        if path == DPKG:
            found |= {f"package:{name}": Entry("package", version) for name, version in packages(content).items()}
        if not is_volatile(path):
            found |= _named(path, content, entry)
    return found


def entries(archive: IO[bytes]) -> Iterator[tuple[str, Entry, bytes]]:
    """Each file, directory and link of a tar stream: its path, its entry, its content where that is asked for.

    Contents are given for configuration files and for dpkg's database only. Devices and pipes are passed over.
    """
    seen: dict[str, Entry] = {}
    with tarfile.open(fileobj=archive, mode="r|") as tar:
        for member in tar:
            path = "/" + member.name.strip("/").removeprefix("./")
            entry, content = _entry(tar, member, path, seen)
            if entry and path not in ("/", "/."):
                seen[path] = entry
                yield path, entry, content


def packages(status: bytes) -> dict[str, str]:
    """Installed packages and their versions from dpkg's database.

    A package that is not wholly installed has its state after the version: `1.1 (half-configured)`. One of
    which only the configuration is left counts as absent.
    """
    found = {}
    for stanza in status.decode("utf-8", "replace").split("\n\n"):
        fields = dict(line.split(": ", 1) for line in stanza.splitlines() if ": " in line and line[0] != " ")
        state = fields.get("Status", "").rpartition(" ")[2]
        if not fields.get("Version") or state in ("config-files", "not-installed"):
            continue
        found[fields["Package"]] = fields["Version"] + ("" if state == "installed" else f" ({state})")
    return found


def _entry(
    tar: tarfile.TarFile, member: tarfile.TarInfo, path: str, seen: dict[str, Entry]
) -> tuple[Entry | None, bytes]:
    mode, owner = member.mode & 0o7777, f"{member.uid}:{member.gid}"
    if member.isdir():
        return Entry("dir", "", mode, owner), b""
    if member.issym():
        return Entry("link", member.linkname, mode, owner), b""
    if member.islnk():
        return seen.get("/" + member.linkname.strip("/").removeprefix("./")), b""
    stream = tar.extractfile(member) if member.isreg() else None
    if stream is None:
        return None, b""
    if path == DPKG or path in CONFIG_FILES:
        content = stream.read()
        return Entry("file", hashlib.sha256(content).hexdigest(), mode, owner, member.size), content
    return Entry(
        "file", hashlib.file_digest(cast("io.BufferedReader", stream), "sha256").hexdigest(), mode, owner, member.size
    ), b""


def _named(path: str, content: bytes, entry: Entry) -> dict[str, Entry]:
    return {name: found for name, found in written({}, path, content, entry).items() if found is not None}


def _cached(file: Path) -> dict[str, Entry] | None:
    try:
        kept = json.loads(file.read_bytes())
        return {name: Entry(*fields) for name, fields in kept["entries"].items()} if kept["form"] == _FORM else None
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _keep(file: Path, found: Manifest) -> None:
    """Write the cache; a cache that can't be written is only slower."""
    text = json.dumps({"form": _FORM, "entries": {name: astuple(entry) for name, entry in found.items()}})
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        partial = file.with_suffix(f".{id(found)}.partial")
        partial.write_text(text, encoding="utf-8")
        partial.replace(file)


class _Stream(io.RawIOBase):
    """The chunks of a streamed reply as a file that can be read from."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = iter(chunks)
        self._rest = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        parts, wanted = [], size if size is not None and size >= 0 else 1 << 62
        while wanted:
            self._rest = self._rest or next(self._chunks, b"")
            if not self._rest:
                break
            parts.append(self._rest[:wanted])
            self._rest = self._rest[wanted:]
            wanted -= len(parts[-1])
        return b"".join(parts)
