"""Docker's errors in the lab's words."""

import docker.errors
import pytest
import requests.exceptions

from lab.engines.base import EngineUnusableError, ServerError
from lab.engines.docker.errors import explained


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("write /var/lib/docker/x: no space left on device", "disk .* is full.* Make room: `docker system df`"),
        ("driver failed: Bind for 127.0.0.1:80 failed: port is already allocated", "port .* taken.* Free it"),
        ("could not find an available, non-overlapping IPv4 address pool", "no address range left"),
        ("something new", "Docker refused. It says: something new"),
    ],
)
def test_what_docker_refuses_is_said_with_its_place_and_what_to_do(said: str, expected: str) -> None:
    error = explained(docker.errors.APIError("500 Server Error", explanation=said), "starting the proxy")
    assert isinstance(error, EngineUnusableError)
    with pytest.raises(EngineUnusableError, match=f"^While starting the proxy: .*{expected}"):
        raise error


def test_an_engine_that_died_cannot_be_used_even_if_one_server_was_meant() -> None:
    error = explained(requests.exceptions.ConnectionError("Connection aborted"), "starting pets-1", on_server=True)
    assert isinstance(error, EngineUnusableError)
    assert "`docker info`" in str(error)


def test_a_user_who_may_not_talk_to_docker_is_told_so() -> None:
    assert "may not talk to Docker" in str(explained(PermissionError(13, "Permission denied"), "connecting"))


def test_what_one_server_refuses_concerns_that_server_only() -> None:
    refused = docker.errors.APIError("409", explanation="container is not running")
    assert isinstance(explained(refused, "running a command on pets-1", on_server=True), ServerError)
    full = docker.errors.APIError("500", explanation="no space left on device")
    assert isinstance(explained(full, "starting pets-1", on_server=True), EngineUnusableError)
