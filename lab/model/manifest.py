"""Manifests: what is on a server, as a value, and the differences between two of them.

A manifest maps a name to an `Entry`. Names are of three kinds:

- an absolute path (`/etc/motd`): a file, directory or link, compared by content hash, mode and owner;
- `package:NAME`: a package in dpkg's database, compared by version;
- `config:PATH#KEY`: one key of a configuration file, compared by value.

Packages and keys stand beside the files that hold them, so that "which package" and "which key" are
answered by the same subtraction as "which file".
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from lab.model.config import parse_config

Kind = Literal["file", "dir", "link", "package", "config"]

CONFIG_FILES = ("/etc/storefront/app.toml",)
"""Files whose keys are compared one by one, besides their bytes."""

VOLATILE = re.compile(
    r"""
      /(proc|sys|dev|run|tmp|var/tmp)(/.*)?     # not part of the image, or a tmpfs
    | /var/(log|cache)/.*                       # grows by itself
    | /var/lib/(dpkg|apt)(/.*)?                 # the package manager's books: compared as packages
    | /var/run | /etc/(hostname|hosts|resolv\.conf|mtab) | /\.dockerenv   # written by the engine
    | .*/__pycache__(/.*)? | .*\.pyc            # byte-code caches
    | .*/supervise(/.*)?                        # runit's pipes and locks
    | /etc/apt/\.?[^/]*\.lock | .*\.dpkg-(old|new|tmp|dist)
    """,
    re.VERBOSE,
)
"""The one list of what changes without anybody deciding it. Matched against the whole path."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in a manifest.

    `digest` is the SHA-256 of a file's content, the target of a link, the version of a package, or the
    value of a configuration key as TOML; empty for a directory. `mode` are the permission bits, `owner`
    is `uid:gid`, `size` is in bytes.
    """

    kind: Kind
    digest: str = ""
    mode: int = 0
    owner: str = ""
    size: int = 0

    def __str__(self) -> str:
        match self.kind:
            case "package" | "config":
                return self.digest
            case "link":
                return f"link to {self.digest}"
            case "dir":
                return f"directory {self.mode:04o} {self.owner}"
            case "file":
                return f"{self.size} bytes, {self.mode:04o} {self.owner}, sha256 {self.digest[:12]}"


Manifest = Mapping[str, Entry]
Delta = Mapping[str, Entry | None]
"""What to change in a manifest to get another: the new entry, or None where the name goes away."""


def is_volatile(path: str) -> bool:
    """Whether `path` changes without anybody deciding it, and is therefore never compared."""
    return VOLATILE.fullmatch(path) is not None


def difference(old: Manifest, new: Manifest) -> dict[str, Entry | None]:
    """The delta that turns `old` into `new`: `apply(old, difference(old, new)) == new`."""
    gone: dict[str, Entry | None] = {name: None for name in old if name not in new}
    return gone | {name: entry for name, entry in new.items() if old.get(name) != entry}


def apply(manifest: Manifest, delta: Delta) -> dict[str, Entry]:
    """`manifest` with `delta` carried out."""
    merged = {**manifest, **delta}
    return {name: entry for name, entry in merged.items() if entry is not None}


def compose(first: Delta, then: Delta) -> dict[str, Entry | None]:
    """One delta with the effect of `first` followed by `then`."""
    return {**first, **then}


def file_entry(content: bytes, mode: int = 0o644, owner: str = "0:0") -> Entry:
    """The entry of a regular file with this content."""
    return Entry("file", hashlib.sha256(content).hexdigest(), mode, owner, len(content))


def written(image: Manifest, path: str, content: bytes, entry: Entry) -> dict[str, Entry | None]:
    """The delta of a file at `path` having `content`: its entry and, for a configuration file, its keys.

    `image` is the manifest that the delta is against: keys of it that the content lacks go away.
    """
    delta: dict[str, Entry | None] = {path: entry}
    if path in CONFIG_FILES:
        delta |= _keys_gone(image, path)
        delta |= {f"config:{path}#{key}": Entry("config", value) for key, value in parse_config(content)}
    return delta


def deleted(image: Manifest, path: str) -> dict[str, Entry | None]:
    """The delta of nothing being at `path` any more, nor below it."""
    below = {name: None for name in image if name.startswith(f"{path}/")}
    return {path: None, **below, **_keys_gone(image, path)}


def _keys_gone(image: Manifest, path: str) -> dict[str, Entry | None]:
    return {name: None for name in image if name.startswith(f"config:{path}#")}


_MODULUS = 1 << 128


def fingerprint(manifest: Manifest) -> int:
    """The state fingerprint: a number that two manifests share only if they are the same.

    The sum modulo 2^128 of a hash of every entry, so that a server's fingerprint follows from its image's
    and its delta alone (incremental hashing by addition: Bellare and Micciancio, "A New Paradigm for
    Collision-free Hashing", 1997). Enough against accident, not against someone who looks for collisions.
    """
    return _sum(manifest.items())


def fingerprint_after(image_fingerprint: int, image: Manifest, delta: Delta) -> int:
    """The fingerprint of `apply(image, delta)`, without building it."""
    before = _sum((name, image[name]) for name in delta if name in image)
    after = _sum((name, entry) for name, entry in delta.items() if entry is not None)
    return (image_fingerprint - before + after) % _MODULUS


def _sum(entries: Iterable[tuple[str, Entry]]) -> int:
    return sum(_hash(name, entry) for name, entry in entries) % _MODULUS


def _hash(name: str, entry: Entry) -> int:
    text = f"{name}\0{entry.kind}\0{entry.digest}\0{entry.mode}\0{entry.owner}"
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=16).digest(), "big")
