"""Copies of running servers, made from outside the lab that runs them: all that is known of a server are its labels.

Every function blocks.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import docker

from lab.engines.docker import labels
from lab.engines.docker.changes import changes
from lab.engines.docker.machines import Machines
from lab.engines.docker.manifests import image_manifest
from lab.engines.docker.site import Site
from lab.model.drift import DriftItem
from lab.model.fleet import STAGING, Server

ANSWERS_WITHIN = 30
"""Seconds that a copy's service may take to start and answer."""


@dataclass(frozen=True)
class Found:
    """A running server: its session, that session's lock if it has one, and the digest of its image."""

    session: str
    lock: Path | None
    server: Server
    image: str


def find(client: docker.DockerClient) -> list[Found]:
    """Every server that runs, by session and name."""
    found = []
    for container in client.api.containers(filters={"label": [f"{labels.ROLE}=server"]}):
        known, inspected = container["Labels"], client.api.inspect_container(container["Id"])
        writable = not inspected["HostConfig"]["ReadonlyRootfs"]
        server = Server(known[labels.SERVER], known[labels.FLEET], "", 0, "", writable)
        lock = Path(known[labels.LOCK]) if labels.LOCK in known else None
        found.append(Found(known[labels.SESSION], lock, server, inspected["Image"]))
    return sorted(found, key=lambda one: (one.session, one.server.name))


def differences(client: docker.DockerClient, found: Found, cache: Path) -> list[DriftItem]:
    """What a server differs in from the image that it was launched from, and so from any copy of it."""
    site = Site(client, found.session, found.lock)
    machines = Machines(client, found.session, site)
    image = image_manifest(client, found.image, cache, site.labels("export"))
    delta = changes(image, machines.changed_paths(found.server), partial(machines.run, found.server))
    return [DriftItem(name, image.get(name), delta[name]) for name in sorted(delta)]


@contextmanager
def running_copy(client: docker.DockerClient, found: Found) -> Iterator[str]:
    """The name of a container of the same image, on the same network, that no proxy knows; gone after the block."""
    machines = Machines(client, found.session, Site(client, found.session, found.lock))
    name = f"{found.server.name}-copy-{secrets.token_hex(2)}"
    copy = Server(name, found.server.fleet, STAGING, 0, "", found.server.writable)
    try:
        machines.start(copy, found.image)
        machines.run(copy, ["storefront-status", "--wait", str(ANSWERS_WITHIN)])
        yield machines.name(copy)
    finally:
        machines.remove(copy)
