"""Images: built from memory, found again by their tag, known by their manifest."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
import docker.errors

from lab import resources
from lab.engines.base import BuildError, EngineUnusableError
from lab.engines.docker import labels
from lab.engines.docker.builds import FOUNDATION, Build, folder_build, recipe_build
from lab.engines.docker.manifests import image_manifest
from lab.model.image import Image
from lab.model.package import Catalogue
from lab.model.recipe import Recipe

SHOWN = 8
"""Lines of a failed build's output that its error quotes."""

Tell = Callable[[str], None]
Going = Callable[[], bool]


class CommandFailedError(docker.errors.APIError):
    """A command of the build failed, not Docker."""


def _always() -> bool:
    return True


@dataclass(frozen=True)
class Foundations:
    """Tags of the two images that are the same for all scenarios."""

    base: str
    proxy: str


def ensure_foundations(client: docker.DockerClient, tell: Tell, going: Going = _always) -> Foundations:
    """Build the base and the proxy image where they are missing. Blocks; `tell` hears of what takes time.

    A build is given up, with `EngineUnusableError`, as soon as `going` says no.
    """
    foundation = _foundation(client, tell)
    base = folder_build(_folder("base"), foundation)
    proxy = folder_build(_folder("proxy"), foundation)
    for build in (base, proxy):
        _ensure(client, build, tell, going)
    return Foundations(base.tag, proxy.tag)


def ensure_recipe(
    client: docker.DockerClient,
    recipe: Recipe,
    catalogue: Catalogue,
    base: str,
    cache: Path,
    marks: dict[str, str],
    tell: Tell,
    going: Going = _always,
) -> Image:
    """The image of a recipe, with its manifest. Blocks. `marks` are the labels of the container that this takes."""
    build = recipe_build(recipe, catalogue, base)
    try:
        digest = _ensure(client, build, tell, going)
    except CommandFailedError as error:
        raise BuildError(f"{recipe.service} {recipe.version} cannot be built: {error.explanation}") from error
    return Image(recipe, digest, image_manifest(client, digest, cache, marks))


def find_recipe(client: docker.DockerClient, recipe: Recipe, catalogue: Catalogue) -> str | None:
    """The digest of a recipe's image, if it was built. Blocks."""
    foundation = _identifier(client, FOUNDATION)
    if not foundation:
        return None
    base = folder_build(_folder("base"), foundation).tag
    return _identifier(client, recipe_build(recipe, catalogue, base).tag)


def _folder(name: str) -> Path:
    return resources.images() / name


def _foundation(client: docker.DockerClient, tell: Tell) -> str:
    found = _identifier(client, FOUNDATION)
    if found:
        return found
    tell(f"Pulling {FOUNDATION}")
    try:
        client.images.pull(FOUNDATION)
    except docker.errors.APIError as error:
        raise EngineUnusableError(
            f"The image {FOUNDATION}, on which the lab's images stand, is neither here nor can it be pulled. "
            f"Run `docker pull {FOUNDATION}` where there is a network, or load it from a file with `docker load`. "
            f"Docker says: {error.explanation}"
        ) from error
    return _identifier(client, FOUNDATION) or FOUNDATION


def _ensure(client: docker.DockerClient, build: Build, tell: Tell, going: Going) -> str:
    found = _identifier(client, build.tag)
    if found:
        return found
    tell(f"Building {build.tag}")
    said: list[str] = []
    # The label `lab.role` marks the image as the lab's own, so that it can be listed and removed later.
    for line in client.api.build(
        fileobj=io.BytesIO(build.context),
        custom_context=True,
        tag=build.tag,
        rm=True,
        forcerm=True,
        decode=True,
        labels=labels.labels("image"),
    ):
        if not going():
            raise EngineUnusableError(f"Building {build.tag} was given up.")
        said += _text(line).splitlines()
        if "error" in line:
            kind = CommandFailedError if "code" in line.get("errorDetail", {}) else docker.errors.APIError
            raise kind("build", explanation="\n".join(said[-SHOWN:]))
    built = _identifier(client, build.tag)
    if not built:
        raise EngineUnusableError(f"Building {build.tag} ended without an image. The last it said: {said[-1:]}")
    return built


def _text(line: dict[str, Any]) -> str:
    return str(line.get("error") or line.get("stream") or "").strip()


def _identifier(client: docker.DockerClient, name: str) -> str | None:
    try:
        return str(client.images.get(name).id)
    except docker.errors.ImageNotFound:
        return None
