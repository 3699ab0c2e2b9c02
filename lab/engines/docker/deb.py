"""Debian packages and a repository's index as pure functions: the same package is the same bytes, always."""

import hashlib
import io
import tarfile
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from lab.model.package import Package

MTIME = 1_704_067_200
"""The time stamp of what the lab packs, in seconds since 1970. Any fixed one will do."""

_YEAR = 365 * 86_400


def tar(files: Mapping[str, bytes], directories: bool = False) -> bytes:
    """A tar archive of `files`, relative path to content: owned by root, mode 0644.

    With `directories` it also has an entry for every folder on the way, mode 0755, beginning with `./`.
    """
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as archive:
        if directories:
            folders = {parent for path in files for parent in PurePosixPath(path).parents}
            for folder in sorted(folders):
                archive.addfile(_info(f"./{folder}" if folder.name else "./", 0o755, tarfile.DIRTYPE))
        for path, content in sorted(files.items()):
            info = _info(f"./{path}" if directories else path, 0o644, tarfile.REGTYPE)
            info.size = len(content)
            info.mtime = _mtime(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def filename(package: Package) -> str:
    """The file's name in the repository."""
    return f"{package.name}_{package.version}_all.deb"


def deb(package: Package) -> bytes:
    """The package as dpkg installs it."""
    control = "".join(f"{line}\n" for line in _control(package)).encode()
    files = {path.lstrip("/"): content for path, content in package.files.items()}
    members = {
        "debian-binary": b"2.0\n",
        "control.tar": tar({"control": control}, directories=True),
        "data.tar": tar(files, directories=True),
    }
    return b"!<arch>\n" + b"".join(_member(name, content) for name, content in members.items())


def index(packages: Iterable[Package]) -> bytes:
    """The repository's `Packages` file."""
    return b"\n".join(_stanza(package, deb(package)) for package in packages)


def _control(package: Package) -> list[str]:
    depends = ", ".join(f"{name} (= {version})" for name, version in package.depends)
    return [
        f"Package: {package.name}",
        f"Version: {package.version}",
        "Architecture: all",
        "Maintainer: the lab <lab@localhost>",
        *([f"Depends: {depends}"] if depends else []),
        f"Description: {package.name}, made by the lab",
    ]


def _stanza(package: Package, content: bytes) -> bytes:
    where = [
        f"Filename: ./{filename(package)}",
        f"Size: {len(content)}",
        f"SHA256: {hashlib.sha256(content).hexdigest()}",
    ]
    return "".join(f"{line}\n" for line in [*_control(package), *where]).encode()


def _member(name: str, content: bytes) -> bytes:
    head = f"{name:<16}{MTIME:<12}{0:<6}{0:<6}{'100644':<8}{len(content):<10}`\n".encode()
    return head + content + b"\n" * (len(content) % 2)


def _mtime(content: bytes) -> int:
    """A time stamp that follows from the content.

    Python's byte-code cache and Docker's list of changes both take a file of the same size and time for the
    same file: two versions of a library must not share one.
    """
    return MTIME + int.from_bytes(hashlib.sha256(content).digest()[:4], "big") % _YEAR


def _info(name: str, mode: int, kind: bytes) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type = kind
    info.mode = mode
    info.mtime = MTIME
    return info
