"""Servers as containers: started, killed, restarted, removed, and told to run something."""

from typing import Any

import docker
import docker.errors

from lab.engines.base import ServerError
from lab.engines.commands import Argv
from lab.engines.docker.site import HARDENED, LOG, Site
from lab.model.fleet import Server

MEMORY = "256m"
PROCESSES = 128
TMPFS = {"/run": "size=16m,mode=755", "/tmp": "size=64m,mode=1777"}


class Machines:
    """The containers of one session's servers. Every method blocks."""

    def __init__(self, client: docker.DockerClient, session: str, site: Site) -> None:
        self._api = client.api
        self._session = session
        self._site = site

    def name(self, server: Server) -> str:
        return f"lab-{self._session}-{server.name}"

    def start(self, server: Server, image: str) -> str:
        """Create and start the server's container; its address."""
        self._api.create_container(
            image,
            name=self.name(server),
            hostname=server.name,
            labels=self._site.labels("server", server.fleet, server.name),
            host_config=self._api.create_host_config(
                **({} if server.writable else HARDENED),
                log_config=LOG,
                mem_limit=MEMORY,
                pids_limit=PROCESSES,
                tmpfs=TMPFS,
                network_mode=self._site.servers,
                dns_opt=["timeout:1", "attempts:1"],
            ),
        )
        self._api.start(self.name(server))
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

    def run(self, server: Server, argv: Argv) -> tuple[int, bytes, bytes]:
        """Run a command on the server: its exit code, its output, and what it said on standard error."""
        started = self._api.exec_create(self.name(server), argv)["Id"]
        output: tuple[bytes | None, bytes | None] = self._api.exec_start(started, demux=True)
        code: Any = self._api.exec_inspect(started)["ExitCode"]
        return int(-1 if code is None else code), output[0] or b"", output[1] or b""

    def changed_paths(self, server: Server) -> list[dict[str, Any]]:
        """What Docker lists as changed since the image: `Path`, and `Kind` 0 changed, 1 added, 2 deleted."""
        return self._api.diff(self.name(server)) or []
