"""Whether the Docker engine can be used here: asked within two seconds, whatever state the engine is in."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

import docker

from lab.engines.base import LabError
from lab.engines.docker.builds import FOUNDATION, PREFIX
from lab.engines.docker.errors import DOCKER_ERRORS, explained

WITHIN = 2.0
REGISTRY_WITHIN = 5.0
"""Seconds more that an engine which answers may take to ask a registry for the base image."""

_START = "Start Docker (`docker info` must answer), point DOCKER_HOST to an engine, or use `--engine sim`"
_PULL = f"Run `docker pull {FOUNDATION}`, or load it from a file with `docker load`; or use `--engine sim`"


@dataclass(frozen=True)
class Probe:
    """What was found: whether the engine can be used, what speaks for or against it, and what to do if not."""

    ok: bool
    detail: str
    hint: str = ""


@dataclass
class _Answer:
    probe: Probe | None = None
    alive: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)


def probe(within: float = WITHIN) -> Probe:
    """Ask the engine. An engine that hangs counts as one that doesn't answer, after `within` seconds."""
    answer = _Answer()
    # A daemon thread: one that hangs in a dead connection must not keep the process from ending.
    threading.Thread(target=_ask, args=(answer, within), daemon=True, name="lab-probe").start()
    if answer.alive.wait(within):
        answer.done.wait(REGISTRY_WITHIN)
    return answer.probe or Probe(False, f"the Docker engine gave no answer within {within:g} s", _START)


def _ask(answer: _Answer, within: float) -> None:
    try:
        client = docker.from_env(timeout=max(1, round(within)))
        version = client.version()
        answer.alive.set()
        answer.probe = _look(client, version)
    except DOCKER_ERRORS as error:
        answer.probe = _unusable(explained(error, "asking the Docker engine for its version"))
    finally:
        answer.alive.set()
        answer.done.set()


def _look(client: docker.DockerClient, version: Mapping[str, str]) -> Probe:
    engine = f"Docker {version['Version']}, API {version['ApiVersion']}"
    if version.get("Os") != "linux":
        return Probe(False, f"{engine} runs {version.get('Os')} containers", "Switch Docker to Linux containers")
    tags = {tag for image in client.api.images() for tag in image["RepoTags"] or ()}
    built = sorted(tag for tag in tags if tag.startswith(f"{PREFIX}/base:"))
    if FOUNDATION in tags:
        return Probe(
            True, f"{engine}; {FOUNDATION} is here, " + ("images are built" if built else "images can be built")
        )
    if _can_be_pulled(client):
        return Probe(True, f"{engine}; images can be built once {FOUNDATION} is pulled")
    return Probe(False, f"{engine} answers, but {FOUNDATION} is neither here nor to be had from a registry", _PULL)


def _can_be_pulled(client: docker.DockerClient) -> bool:
    """Whether a registry that the engine reaches has the base image. Asks for its digest; pulls nothing."""
    try:
        client.api.inspect_distribution(FOUNDATION)  # type: ignore[no-untyped-call]  # untyped in types-docker
    except DOCKER_ERRORS:
        return False
    return True


def _unusable(error: LabError) -> Probe:
    return Probe(False, str(error), _START)
