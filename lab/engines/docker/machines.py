"""Servers as containers: started, killed, restarted, removed, and told to run something."""

import io
import tarfile
from collections.abc import Sequence
from typing import Any

import docker
import docker.errors

from lab.engines.base import ServerError
from lab.engines.commands import Argv
from lab.engines.containers import Creation, container_name, creation
from lab.engines.docker.execution import Ended, run
from lab.engines.docker.site import Site
from lab.model.fleet import Server
from lab.model.look import TEXT_LIMIT

_DIRECTORY = 1 << 31
"""The bit that Docker sets in a folder's mode."""


class Machines:
    """The containers of one session's servers. Every method blocks."""

    def __init__(self, client: docker.DockerClient, session: str, site: Site) -> None:
        self._api = client.api
        self._session = session
        self._site = site

    def name(self, server: Server) -> str:
        return container_name(self._session, server)

    def creation(self, server: Server, image: str) -> Creation:
        """What the server's container is created with."""
        return creation(server, image, self._session, self._site.labels("server", server.fleet, server.name))

    def start(self, server: Server, image: str) -> str:
        """Create and start the server's container; its address."""
        created = self.creation(server, image)
        self._api.create_container(
            created.image,
            name=created.name,
            hostname=created.hostname,
            labels=dict(created.labels),
            host_config=self._api.create_host_config(**created.host),
        )
        self._api.start(created.name)
        return self.address(server)

    def address(self, server: Server) -> str:
        """The server's address on the servers' network. `ServerError` if it is not running."""
        networks = self._api.inspect_container(self.name(server))["NetworkSettings"]["Networks"]
        address = networks[self._site.servers]["IPAddress"]
        if not address:
            raise ServerError(f"{server.name} ended as soon as it was started: see `docker logs {self.name(server)}`")
        return str(address)

    def digest(self, server: Server) -> str:
        """The digest of the image that the container was made from."""
        return str(self._api.inspect_container(self.name(server))["Image"])

    def restart(self, server: Server) -> str:
        """Restart the machine; its address, which may be another one."""
        self._api.restart(self.name(server), timeout=10)
        return self.address(server)

    def kill(self, server: Server) -> None:
        self._api.kill(self.name(server))

    def remove(self, server: Server) -> None:
        """Remove the machine, whatever it is doing; nothing if it is gone already."""
        try:
            self._api.remove_container(self.name(server), force=True, v=True)
        except docker.errors.NotFound:
            return

    def run(self, server: Server, argv: Argv) -> Ended:
        """Run a command on the server, to its end."""
        return run(self._api, self.name(server), argv)

    def changed_paths(self, server: Server) -> list[dict[str, Any]]:
        """What Docker lists as changed since the image: `Path`, and `Kind` 0 changed, 1 added, 2 deleted."""
        return self._api.diff(self.name(server)) or []

    def inspect(self, server: Server) -> Any:
        """All that Docker knows of the container. `ServerError` if it does not run."""
        inspected = self._api.inspect_container(self.name(server))
        if not inspected["State"]["Running"]:
            raise ServerError(f"{server.name} does not run")
        return inspected

    def stats(self, server: Server) -> Any:
        """What Docker counts of the container's processor and memory: one sample, taken at once."""
        return self._api.stats(self.name(server), stream=False, one_shot=True)

    def logs(self, server: Server, lines: int) -> list[str]:
        """The last lines of the container's output."""
        output: bytes = self._api.logs(self.name(server), tail=lines)
        return output.decode("utf-8", "replace").splitlines()

    def read(self, server: Server, paths: Sequence[str]) -> dict[str, bytes]:
        """What files hold on the server."""
        return self._contents(self.name(server), paths)

    def read_image(self, image: str, paths: Sequence[str]) -> dict[str, bytes]:
        """What files hold in an image. That takes a container, which is never started."""
        container = self._api.create_container(image, labels=self._site.labels("export"))["Id"]
        try:
            return self._contents(container, paths)
        finally:
            self._api.remove_container(container, force=True)

    def _contents(self, container: str, paths: Sequence[str]) -> dict[str, bytes]:
        found = ((path, self._content(container, path)) for path in paths)
        return {path: content for path, content in found if content is not None}

    def _content(self, container: str, path: str) -> bytes | None:
        """What a file holds; None if it is not there, too large, or no file."""
        try:
            chunks, about = self._api.get_archive(container, path)
        except docker.errors.NotFound:
            return None
        if about["mode"] & _DIRECTORY or about["size"] > TEXT_LIMIT:
            return None
        with tarfile.open(fileobj=io.BytesIO(b"".join(chunks))) as archive:
            member = archive.next()
            file = archive.extractfile(member) if member and member.isreg() else None
            return file.read() if file else None
