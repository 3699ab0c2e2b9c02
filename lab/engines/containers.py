"""What a server's container is created with, as a value, and the `docker run` line that would do the same.

Docker creates its servers from this value; the simulator only shows the line.
"""

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lab.model.fleet import Server

MEMORY = 256
"""What a server may use, in MiB."""

PROCESSES = 128
HARDENED: Mapping[str, Any] = {"read_only": True, "cap_drop": ["ALL"], "security_opt": ["no-new-privileges"]}
LOG: Mapping[str, Any] = {"type": "json-file", "config": {"max-size": "1m", "max-file": "2"}}
TMPFS = {"/run": "size=16m,mode=755", "/tmp": "size=64m,mode=1777"}
DNS = ["timeout:1", "attempts:1"]


@dataclass(frozen=True)
class Creation:
    """The arguments of a container's creation. `host` are those of its host configuration, as the SDK names them."""

    image: str
    name: str
    hostname: str
    labels: Mapping[str, str]
    host: Mapping[str, Any]


def creation(server: Server, image: str, session: str, labels: Mapping[str, str]) -> Creation:
    """What a server's container is created with."""
    hardened = {} if server.writable else HARDENED
    host = {
        **hardened,
        "log_config": LOG,
        "mem_limit": f"{MEMORY}m",
        "pids_limit": PROCESSES,
        "tmpfs": TMPFS,
        "network_mode": servers_network(session),
        "dns_opt": DNS,
    }
    return Creation(image, container_name(session, server), server.name, labels, host)


def container_name(session: str, server: Server) -> str:
    return f"lab-{session}-{server.name}"


def servers_network(session: str) -> str:
    return f"lab-{session}-servers"


def run_line(created: Creation) -> str:
    """The `docker run` line with the effect of a creation and a start."""
    options = ["--detach", "--name", created.name, "--hostname", created.hostname]
    options += _pairs("--label", "=")(created.labels)
    for name, value in created.host.items():
        options += _OPTIONS[name](value)
    return shlex.join(["docker", "run", *options, created.image])


def _flag(option: str) -> Callable[[bool], list[str]]:
    return lambda on: [option] if on else []


def _one(option: str) -> Callable[[object], list[str]]:
    return lambda value: [option, str(value)]


def _each(option: str) -> Callable[[Sequence[str]], list[str]]:
    return lambda values: [part for value in values for part in (option, value)]


def _pairs(option: str, between: str) -> Callable[[Mapping[str, str]], list[str]]:
    return lambda pairs: _each(option)([f"{key}{between}{value}" for key, value in pairs.items()])


def _log(log: Mapping[str, Any]) -> list[str]:
    return ["--log-driver", log["type"], *_pairs("--log-opt", "=")(log["config"])]


_OPTIONS: Mapping[str, Callable[[Any], list[str]]] = {
    "read_only": _flag("--read-only"),
    "cap_drop": _each("--cap-drop"),
    "security_opt": _each("--security-opt"),
    "log_config": _log,
    "mem_limit": _one("--memory"),
    "pids_limit": _one("--pids-limit"),
    "tmpfs": _pairs("--tmpfs", ":"),
    "network_mode": _one("--network"),
    "dns_opt": _each("--dns-option"),
}
"""Every argument of a host configuration that is used, and its options: one that is not here can't be used unseen."""
