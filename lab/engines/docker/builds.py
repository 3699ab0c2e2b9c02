"""What images are built from, as pure functions: build contexts as tar archives, and tags that name their content.

A tag names all that goes into an image, so an image that is there under its tag is the right one.
"""

import hashlib
import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lab.engines.docker.deb import deb, filename, tar
from lab.model.config import render_config
from lab.model.package import Catalogue
from lab.model.recipe import CONFIG_PATH, Recipe

FOUNDATION = "debian:bookworm-slim"
"""The one image that the lab does not make itself."""

PREFIX = "immutable-lab"


@dataclass(frozen=True)
class Build:
    """An image to be: the tag that it will have, and its build context, an uncompressed tar archive."""

    tag: str
    context: bytes


def folder_build(folder: Path, foundation: str) -> Build:
    """The build of a folder with a Dockerfile. `foundation` is the identifier of the image it starts from."""
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return _build(folder.name, tar(files), foundation)


def recipe_build(recipe: Recipe, catalogue: Catalogue, base: str) -> Build:
    """The build of a recipe on the base image with the tag `base`.

    Raises `UnknownPackageError` for a package that the catalogue lacks.
    """
    packages = [catalogue.package(*pair) for pair in sorted(catalogue.closure(recipe.all_packages).items())]
    contents = {**{p: text.encode() for p, text in recipe.files.items()}, CONFIG_PATH: render_config(recipe.config)}
    sources = {path: f"files/{number}" for number, path in enumerate(sorted(contents))}
    files = {f"packages/{filename(package)}": deb(package) for package in packages}
    files |= {source: contents[path] for path, source in sources.items()}
    files["install"] = "".join(f"{line}\n" for line in _install(sources)).encode()
    files["Dockerfile"] = f"FROM {base}\nCOPY . /tmp/lab/\nRUN sh /tmp/lab/install\n".encode()
    return _build(recipe.service, tar(files), json.dumps([recipe.version, recipe.digest]))


def _install(sources: Mapping[str, str]) -> list[str]:
    files = [f"install -D -m 644 /tmp/lab/{source} {shlex.quote(path)}" for path, source in sources.items()]
    return ["set -e", "dpkg -i /tmp/lab/packages/*.deb", *files, "rm -rf /tmp/lab"]


def _build(name: str, context: bytes, *more: str) -> Build:
    digest = hashlib.sha256(context)
    for text in more:
        digest.update(text.encode())
    return Build(f"{PREFIX}/{name}:{digest.hexdigest()[:12]}", context)
