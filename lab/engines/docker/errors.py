"""The one place where Docker's errors become the lab's: what happened, while doing what, and what to do next."""

import docker.errors
import requests.exceptions

from lab.engines.base import EngineUnusableError, LabError, ServerError

DOCKER_ERRORS = (docker.errors.DockerException, requests.exceptions.RequestException, OSError)
"""What a call to the engine can raise."""

_HINTS = (
    (
        "no space left on device",
        "the disk on which Docker keeps its data is full",
        "Make room: `docker system df` shows what takes it, `lab down --all` removes what the lab left",
    ),
    (
        "port is already allocated|address already in use|ports are not available|bind for ",
        "a port that a fleet should have is taken",
        "Free it, or leave `port` out of the fleet to get any free one",
    ),
    (
        "address pool|non-overlapping",
        "Docker has no address range left for another network",
        "Remove networks that nobody uses: `lab down --all`, `docker network prune`",
    ),
    (
        "permission denied",
        "this user may not talk to Docker",
        "Add the user to the group `docker` and log in again, or point DOCKER_HOST to an engine that is yours",
    ),
)


def explained(error: Exception, doing: str, on_server: bool = False) -> LabError:
    """The lab's error for `error`, which came while `doing` (such as "creating the networks").

    What concerns one server only is a `ServerError`; all else means that the engine cannot be used.
    """
    said = " ".join(_said(error).split())
    lowered = said.lower()
    for signs, happened, hint in _HINTS:
        if any(sign in lowered for sign in signs.split("|")):
            return EngineUnusableError(f"While {doing}: {happened}. {hint}. Docker says: {said}")
    if not isinstance(error, docker.errors.APIError):
        return EngineUnusableError(
            f"While {doing}: the Docker engine does not answer, or no longer. "
            f"`docker info` shows whether it runs; `lab doctor` shows what the lab needs. It says: {said}"
        )
    if on_server:
        return ServerError(f"While {doing}: {said}")
    return EngineUnusableError(f"While {doing}: Docker refused. It says: {said}")


def _said(error: Exception) -> str:
    return str(getattr(error, "explanation", None) or error)
