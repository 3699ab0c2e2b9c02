"""Commands on a real server: all of what they say arrives, however fast they say it, and their end is told."""

import os

import docker
import pytest

from lab.engines.base import ServerError
from lab.engines.docker.execution import run
from tests.docker.conftest import Lab, Play
from tests.docker.relay import Relay

SAID = "".join(f"{number}\n" for number in range(1, 2001)).encode()


def test_not_a_byte_is_lost_to_a_lab_that_reads_late(play: Play) -> None:
    host = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    if not host.startswith("unix://"):
        pytest.skip("the engine is not on a local socket")
    relay = Relay(host, quiet=0.2)

    async def story(lab: Lab) -> None:
        server = await lab.launch("pets")
        client = docker.DockerClient(relay.host)
        container = lab.engine._machines.name(server)
        ended = run(client.api, container, ["sh", "-c", "seq 2000; seq 2000 >&2; exit 3"])
        assert (ended.code, ended.output == SAID, ended.errors == SAID) == (3, True, True)
        client.close()
        await lab.engine.stop(server)

    try:
        play(story)
    finally:
        relay.cut()


def test_a_command_on_a_dead_server_says_that_it_does_not_run(play: Play) -> None:
    async def story(lab: Lab) -> None:
        server = await lab.launch("pets")
        await lab.engine.kill(server)
        with pytest.raises(ServerError, match=f"{server.name}.* is not running"):
            await lab.engine.observe(server)
        await lab.engine.stop(server)

    play(story)
