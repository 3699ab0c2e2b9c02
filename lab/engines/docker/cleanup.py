"""What the lab made in Docker, and how it goes: found and removed by label only, without any other record.

Nothing that lacks the lab's labels is ever touched.
"""

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import docker
import docker.errors

from lab.engines.docker import labels
from lab.engines.docker.builds import PREFIX
from lab.engines.docker.errors import DOCKER_ERRORS, explained

WORKERS = 8
NETWORK_WITHIN = 20.0
"""Seconds in which Docker has to let go of a network, once what was on it is gone."""


@dataclass(frozen=True)
class Made:
    """What one session made and what is still there: identifiers of containers and networks.

    `lock` is the file that the session's owner holds locked as long as it lives, if it said so.
    """

    session: str
    containers: tuple[str, ...]
    networks: tuple[str, ...]
    lock: Path | None


def find(client: docker.DockerClient) -> dict[str, Made]:
    """Everything that the lab made, by session. Images belong to no session."""
    everywhere = {"label": [labels.SESSION]}
    containers = client.api.containers(all=True, filters=everywhere)
    networks = client.api.networks(filters=everywhere)
    found: dict[str, Made] = {}
    for kind, things in (("containers", containers), ("networks", networks)):
        for thing in things:
            session = thing["Labels"][labels.SESSION]
            lock = thing["Labels"].get(labels.LOCK)
            made = found.get(session) or Made(session, (), (), Path(lock) if lock else None)
            known = made.containers if kind == "containers" else made.networks
            found[session] = _with(made, kind, (*known, thing["Id"]))
    return found


def remove(client: docker.DockerClient, sessions: Iterable[str] | None = None, images: bool = False) -> list[str]:
    """Remove what these sessions made, or all sessions; with `images` the lab's images too.

    Goes on where something resists; returns what could not be removed, with the reason.
    """
    found = find(client)
    chosen = [found[name] for name in (found if sessions is None else sessions) if name in found]
    with ThreadPoolExecutor(WORKERS) as pool:
        containers = [(_remove_container, client, name) for made in chosen for name in made.containers]
        networks = [(_remove_network, client, name) for made in chosen for name in made.networks]
        left = [*pool.map(_tried, containers), *pool.map(_tried, networks)]
    if images:
        left += [_tried((_remove_image, client, name)) for name in _images(client)]
    return [reason for reason in left if reason]


def _with(made: Made, kind: str, names: tuple[str, ...]) -> Made:
    containers = names if kind == "containers" else made.containers
    networks = names if kind == "networks" else made.networks
    return Made(made.session, containers, networks, made.lock)


def _images(client: docker.DockerClient) -> list[str]:
    listed = client.api.images(filters={"label": [f"{labels.ROLE}=image"]})
    newest_first = sorted(listed, key=lambda image: int(image["Created"]), reverse=True)
    tags = [tag for image in newest_first for tag in image["RepoTags"] or ()]
    # The label passes on to images that someone builds on the lab's: only the lab's own names are the lab's.
    return [tag for tag in tags if tag.startswith(f"{PREFIX}/")]


def _tried(job: tuple[Callable[[docker.DockerClient, str], None], docker.DockerClient, str]) -> str:
    function, client, name = job
    try:
        function(client, name)
    except docker.errors.NotFound:
        return ""
    except DOCKER_ERRORS as error:
        return str(explained(error, f"removing {name[:30]}"))
    return ""


def _remove_container(client: docker.DockerClient, name: str) -> None:
    try:
        # A container that is being started can't be inspected before that has ended. Removed from under its start,
        # it would leave the network an endpoint that belongs to nothing.
        client.api.inspect_container(name)
        client.api.remove_container(name, force=True, v=True)
    except docker.errors.APIError as error:
        if "already in progress" not in str(error):
            raise
        client.api.wait(name, timeout=30, condition="removed")


def _remove_network(client: docker.DockerClient, name: str) -> None:
    """Remove a network whose containers are gone, whatever Docker still believes to be connected to it."""
    deadline = time.monotonic() + NETWORK_WITHIN
    while True:
        try:
            client.api.remove_network(name)
            return
        except docker.errors.APIError as error:
            if "active endpoints" not in str(error) or time.monotonic() > deadline:
                raise
        _disconnect_all(client, name)


def _disconnect_all(client: docker.DockerClient, network: str) -> None:
    for endpoint in client.api.inspect_network(network)["Containers"].values():
        with suppress(docker.errors.APIError):  # it went by itself, or the next attempt tells why it can't
            client.api.disconnect_container_from_network(endpoint["Name"], network, force=True)


def _remove_image(client: docker.DockerClient, name: str) -> None:
    client.api.remove_image(name)
