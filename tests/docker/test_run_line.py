"""The `docker run` line that a learner is shown makes a container just like the server's own."""

import asyncio
import shlex
import shutil
import subprocess
from typing import Any

import docker
import pytest

from lab.engines.docker.labels import SESSION
from tests.docker.conftest import Lab, Play

SPELT_OUT = {"RestartPolicy", "MemorySwappiness", "CgroupnsMode", "ConsoleSize"}
"""What the command line writes down although it is the default, and the SDK leaves out."""


def likeness(client: docker.DockerClient, name: str) -> dict[str, Any]:
    """What two containers made alike have in common."""
    inspected = client.api.inspect_container(name)
    config, host = inspected["Config"], inspected["HostConfig"]
    given = {key: value for key, value in host.items() if value and key not in SPELT_OUT}
    return {"image": inspected["Image"], "labels": config["Labels"], "hostname": config["Hostname"], **given}


def run_again(line: str, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The likenesses of a container, and of the one that its line makes under another name."""
    client, again = docker.from_env(), f"{name}-again"
    try:
        words = [again if word == name else word for word in shlex.split(line)]
        subprocess.run(words, check=True, capture_output=True)
        return likeness(client, name), likeness(client, again)
    finally:
        subprocess.run(["docker", "rm", "--force", again], check=False, capture_output=True)
        client.close()


@pytest.mark.skipif(shutil.which("docker") is None, reason="there is no docker command here")
@pytest.mark.parametrize("fleet", ["pets", "cattle"])
def test_the_line_makes_the_same_container(play: Play, fleet: str) -> None:
    async def story(lab: Lab) -> None:
        server = await lab.launch(fleet)
        line = (await lab.engine.inspect(server)).command
        ours, theirs = await asyncio.to_thread(run_again, line, lab.engine._machines.name(server))
        assert ours == theirs
        assert ours["labels"][SESSION] == lab.session
        assert ours.get("ReadonlyRootfs", False) == (fleet == "cattle")
        await lab.engine.stop(server)

    play(story)
