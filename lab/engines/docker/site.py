"""What all fleets share: two networks, the proxy and the package repository.

Servers, repository and proxy are on `servers`, which has no way out. Only the proxy is on `edge` too, and
only it has published ports, on the loopback address.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import docker
from docker.types import LogConfig

from lab.engines.containers import HARDENED, LOG, servers_network
from lab.engines.docker import haproxy
from lab.engines.docker.deb import deb, filename, index, tar
from lab.engines.docker.labels import Role, labels
from lab.model.fleet import FleetSpec
from lab.model.package import Catalogue

LOOPBACK = "127.0.0.1"
REPOSITORY_FOLDER = "/srv/repository"


class Site:
    """The shared parts of one session. Every method blocks."""

    def __init__(self, client: docker.DockerClient, session: str, lock: Path | None) -> None:
        self._api = client.api
        self._session = session
        self._lock = lock
        self.proxy = f"lab-{session}-proxy"
        self.servers = servers_network(session)
        self._edge = f"lab-{session}-edge"
        self._repository = f"lab-{session}-packages"

    def labels(self, role: Role, fleet: str = "", server: str = "") -> dict[str, str]:
        return labels(role, self._session, self._lock, fleet, server)

    def create_networks(self) -> None:
        for name, internal in ((self.servers, True), (self._edge, False)):
            self._api.create_network(
                name, driver="bridge", internal=internal, check_duplicate=True, labels=self.labels("network")
            )

    def start_repository(self, image: str, catalogue: Catalogue) -> None:
        """Serve every package of the catalogue under the name `packages`."""
        command = ["python3", "-m", "http.server", "8000", "--directory", REPOSITORY_FOLDER]
        packages = list(catalogue.packages.values())
        files = {"Packages": index(packages), **{filename(package): deb(package) for package in packages}}
        self._api.create_container(
            image,
            command,
            name=self._repository,
            hostname="packages",
            labels=self.labels("repository"),
            stop_signal="SIGKILL",
            host_config=self._api.create_host_config(
                log_config=LogConfig(**LOG),
                mem_limit="128m",
                pids_limit=64,
                cap_drop=["ALL"],
                network_mode=self.servers,
            ),
            networking_config=self._as_packages(),
        )
        self._api.put_archive(self._repository, REPOSITORY_FOLDER, tar(files))
        self._api.start(self._repository)

    def set_repository(self, reachable: bool) -> None:
        """Put the repository on the servers' network, or take it off."""
        attached = self._api.inspect_container(self._repository)["NetworkSettings"]["Networks"]
        if reachable and self.servers not in attached:
            self._api.connect_container_to_network(self._repository, self.servers, aliases=["packages"])
        if not reachable and self.servers in attached:
            self._api.disconnect_container_from_network(self._repository, self.servers, force=True)

    def start_proxy(self, image: str, fleets: Sequence[FleetSpec]) -> dict[str, str]:
        """Start HAProxy; the URL of every fleet."""
        names = [fleet.name for fleet in fleets]
        ports: dict[int | str, Any] = {
            haproxy.port(number): (LOOPBACK, fleet.port or None) for number, fleet in enumerate(fleets)
        }
        self._api.create_container(
            image,
            name=self.proxy,
            hostname="proxy",
            labels=self.labels("proxy"),
            environment={"LAB_HAPROXY": haproxy.configuration(names), "LAB_ROUTES": haproxy.routes(names)},
            ports=list(ports),
            host_config=self._api.create_host_config(
                **HARDENED,
                log_config=LogConfig(**LOG),
                mem_limit="256m",
                pids_limit=64,
                tmpfs={"/run/lab": "size=4m,mode=1777"},
                port_bindings=ports,
                network_mode=self._edge,
            ),
        )
        self._api.connect_container_to_network(self.proxy, self.servers)
        self._api.start(self.proxy)
        published = self._api.inspect_container(self.proxy)["NetworkSettings"]["Ports"]
        bound = {fleet: published[f"{haproxy.port(number)}/tcp"][0] for number, fleet in enumerate(names)}
        return {fleet: f"http://{LOOPBACK}:{where['HostPort']}/" for fleet, where in bound.items()}

    def _as_packages(self) -> Any:
        return self._api.create_networking_config(
            {self.servers: self._api.create_endpoint_config(aliases=["packages"])}  # type: ignore[arg-type]
        )
