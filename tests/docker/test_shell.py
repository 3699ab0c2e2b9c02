"""A real shell in a real container, opened by the command that a face would hand the terminal to."""

import asyncio
import shutil
import subprocess

import docker
import pytest

from lab.engines.docker import cleanup
from lab.engines.docker.labels import SERVER, SESSION
from lab.model import orders as o
from lab.model.events import Scanned, ShellClosed
from lab.model.shell import Shell
from tests.support import on_docker, setup, strategy

pytestmark = pytest.mark.skipif(shutil.which("docker") is None, reason="there is no docker command here")


def typed(shell: Shell, text: str) -> None:
    """Type something in the shell; without a terminal, since a test has none."""
    argv = ["-i" if word == "-it" else word for word in shell.argv]
    subprocess.run(argv, input=text.encode(), check=True, capture_output=True, timeout=30)


def labelled(session: str) -> set[str]:
    """The servers of a session that a clean-up by label would find."""
    client = docker.from_env()
    found = cleanup.find(client)[session].containers
    listed = client.api.containers(all=True, filters={"label": [f"{SESSION}={session}"]})
    client.close()
    return {container["Labels"].get(SERVER, "") for container in listed if container["Id"] in found}


def test_what_is_typed_in_a_copy_is_lost_and_on_a_mutable_server_it_is_drift() -> None:
    seen = {}

    async def story(lab):  # type: ignore[no-untyped-def]
        for server in ("pets-1", "cattle-1"):
            async with lab.session.shell(server) as shell:
                await asyncio.to_thread(typed, shell, "echo hello > /srv/note; rm /etc/motd; touch /tmp/nothing\n")
                seen[server] = shell.server.name in await asyncio.to_thread(labelled, lab.session.name)
        await lab.session.give(o.Scan())

    chosen = setup(rate=5, servers=1, pets=strategy("in-place"), cattle=strategy("rolling"))
    lab = on_docker(chosen, story)
    assert seen == {"pets-1": True, "cattle-1": True}
    lost = {event.server: [item.name for item in event.lost] for event in lab.of(ShellClosed)}
    assert lost == {"pets-1": [], "cattle-1": ["/etc/motd", "/srv/note"]}
    drift = {scan.fleet: [item.name for item in scan.servers[0].items] for scan in lab.of(Scanned)}
    assert drift == {"pets": ["/etc/motd", "/srv/note"], "cattle": []}
