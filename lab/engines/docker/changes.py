"""How a server differs from its image: what Docker lists as changed, and what is really there.

Docker's list has paths only, and folders on the way to them. What the paths hold comes from one `tar` on the
server. Pure but for what the two functions handed in do.
"""

import io
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from lab.engines.base import ServerError
from lab.engines.commands import Argv
from lab.engines.docker.manifests import DPKG, entries, packages
from lab.model.manifest import Delta, Entry, Manifest, deleted, is_volatile, written

Run = Callable[[Argv], tuple[int, bytes, bytes]]
DELETED = 2
AT_ONCE = 500
"""Paths in one command: a command line has its limits."""


def changes(image: Manifest, listed: Iterable[Mapping[str, Any]], run: Run) -> Delta:
    """The delta against the image. `listed` is Docker's list; `run` runs a command on the server."""
    kinds = {entry["Path"]: entry["Kind"] for entry in listed}
    gone = [path for path, kind in kinds.items() if kind == DELETED and not is_volatile(path)]
    delta: dict[str, Entry | None] = {}
    for path in gone:
        delta |= deleted(image, path)
    delta |= _present(image, _worth_reading(kinds), run)
    return {name: entry for name, entry in delta.items() if image.get(name) != entry}


def _worth_reading(kinds: Mapping[str, int]) -> list[str]:
    """The paths to read; none if all that is listed are folders on the way to what is volatile."""
    there = [path for path, kind in kinds.items() if kind != DELETED and (path == DPKG or not is_volatile(path))]
    on_the_way = {path.rpartition("/")[0] for path in kinds}
    return there if set(there) - on_the_way else []


def _present(image: Manifest, paths: list[str], run: Run) -> dict[str, Entry | None]:
    delta: dict[str, Entry | None] = {}
    for start in range(0, len(paths), AT_ONCE):
        chunk = paths[start : start + AT_ONCE]
        code, archive, said = run(["tar", "--create", "--no-recursion", "--absolute-names", *chunk])
        if not archive:
            raise ServerError(f"tar, with which a server is read, failed with {code}: {said.decode(errors='replace')}")
        for path, entry, content in entries(io.BytesIO(archive)):
            if path == DPKG:
                delta |= _packages(image, content)
            else:
                delta |= written(image, path, content, entry)
    return delta


def _packages(image: Manifest, status: bytes) -> dict[str, Entry | None]:
    gone: dict[str, Entry | None] = {name: None for name in image if name.startswith("package:")}
    return gone | {f"package:{name}": Entry("package", version) for name, version in packages(status).items()}
