"""What is made goes again, all of it and nothing else; and nobody else gets at the proxy's controls."""

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from lab.engines.base import EngineUnusableError, LabError
from lab.engines.docker import cleanup
from lab.engines.docker.engine import DockerEngine
from lab.model.fleet import Server
from tests.docker.conftest import Lab, Play, opened, until


@pytest.fixture(scope="module")
def client() -> Iterator[docker.DockerClient]:
    with contextlib.closing(docker.from_env()) as found:
        yield found


@pytest.fixture
def foreign(client: docker.DockerClient) -> Iterator[str]:
    """A container and a network that somebody else made, with a name like one of the lab's."""
    network = client.networks.create("lab-foreign-servers")
    container = client.containers.create("debian:bookworm-slim", ["sleep", "60"], name="lab-foreign-pets-1")
    yield container.name or ""
    container.remove(force=True)
    network.remove()


def in_proxy(client: docker.DockerClient, lab: Lab, *argv: str) -> bytes:
    """The output of a command in the proxy's container."""
    output = client.containers.get(lab.engine._site.proxy).exec_run(list(argv)).output
    assert isinstance(output, bytes)
    return output


def test_two_sessions_run_side_by_side_and_each_removes_only_its_own(
    cache: Path, client: docker.DockerClient, foreign: str, tmp_path: Path
) -> None:
    lock = tmp_path / "session.lock"

    async def story() -> None:
        async with opened(cache, lock) as first, opened(cache) as second:
            await asyncio.gather(first.launch("cattle"), second.launch("cattle"))
            found = cleanup.find(client)
            assert len(found[first.session].containers) == len(found[second.session].containers) == 3
            assert len(found[first.session].networks) == 2
            assert (found[first.session].lock, found[second.session].lock) == (lock, None)

            await first.engine.close()
            await first.engine.close()
            found = cleanup.find(client)
            assert first.session not in found
            assert len(found[second.session].containers) == 3
            with pytest.raises(EngineUnusableError, match="closed"):
                await first.image("1.0")
            await second.launch("cattle")
        assert second.session not in cleanup.find(client)

    asyncio.run(story())
    client.containers.get(foreign)
    assert client.networks.list(names=["lab-foreign-servers"])


def test_closing_while_servers_are_being_launched_leaves_nothing(cache: Path, client: docker.DockerClient) -> None:
    async def story() -> str:
        async with opened(cache) as lab:
            image = await lab.image("1.0")
            servers = [Server(f"cattle-{n}", "cattle", "main", n, "1.0", False) for n in range(6)]
            launches = [asyncio.create_task(lab.engine.launch(server, image)) for server in servers]
            await asyncio.wait(launches, return_when=asyncio.FIRST_COMPLETED)
            await lab.engine.close()
            for ended in await asyncio.gather(*launches, return_exceptions=True):
                assert ended is None or isinstance(ended, LabError)
            return lab.session

    assert asyncio.run(story()) not in cleanup.find(client)


def test_what_a_killed_lab_left_is_found_and_removed_by_label(cache: Path, client: docker.DockerClient) -> None:
    async def story() -> str:
        async with opened(cache) as lab:
            await lab.launch("cattle")
            await lab.engine.close(keep=True)
            return lab.session

    session = asyncio.run(story())
    left = cleanup.find(client)[session]
    assert (len(left.containers), len(left.networks)) == (3, 2)
    assert cleanup.remove(client, [session]) == []
    assert session not in cleanup.find(client)


def test_closing_an_engine_that_was_never_opened_does_nothing() -> None:
    asyncio.run(DockerEngine().close())


def test_a_port_that_is_taken_is_named_and_all_is_removed(
    cache: Path, client: docker.DockerClient, tmp_path: Path
) -> None:
    lock = tmp_path / "of-this-test.lock"

    async def story() -> None:
        async with opened(cache, lock) as first:
            port = int(first.engine.urls["pets"].rstrip("/").rpartition(":")[2])
            with pytest.raises(EngineUnusableError, match="port that a fleet should have is taken"):
                async with opened(cache, lock, port) as second:
                    raise AssertionError(f"{second.session} should not open")

    asyncio.run(story())
    assert lock not in {made.lock for made in cleanup.find(client).values()}


def test_the_proxys_controls_are_out_of_reach_of_the_servers(play: Play, client: docker.DockerClient) -> None:
    async def story(lab: Lab) -> None:
        server = await lab.launch("pets")
        sockets = in_proxy(client, lab, "cat", "/proc/net/tcp", "/proc/net/tcp6", "/proc/net/udp").decode()
        rows = [line.split() for line in sockets.splitlines() if ":" in line]
        local = {row[1] for row in rows if len(row) > 3 and row[3] in ("0A", "07")}
        listening = {int(address.rpartition(":")[2], 16) for address in local if not address.startswith("0B00007F")}
        assert listening == {8001, 8002}, "the fleets' ports and nothing else"
        assert lab.engine._machines.run(server, ["sh", "-c", "ls /run/lab 2>&1"])[0] != 0
        await lab.engine.stop(server)

    play(story)


def test_the_proxy_is_dialled_again_after_a_lost_connection(play: Play, client: docker.DockerClient) -> None:
    async def story(lab: Lab) -> None:
        killed = "for p in /proc/[0-9]*; do grep -q socat $p/comm && kill ${p#/proc/} && echo ok; done"
        assert b"ok" in in_proxy(client, lab, "sh", "-c", killed)
        server = await lab.launch("cattle")
        await lab.engine.stop(server)

    play(story)


def test_the_load_generator_ends_with_its_parent() -> None:
    setup = b'{"fleets": {}, "interval": 1}\n'
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import subprocess, sys, time; p = subprocess.Popen([sys.executable, '-m', 'lab.engines.docker.loadgen'],"
            f" stdin=subprocess.PIPE, start_new_session=True); p.stdin.write({setup!r}); p.stdin.flush();"
            " print(p.pid, flush=True); time.sleep(60)",
        ],
        stdout=subprocess.PIPE,
    )
    assert parent.stdout
    child = int(parent.stdout.readline())
    assert b"ready" in parent.stdout.readline()
    parent.kill()
    parent.wait()

    async def gone() -> None:
        await until(
            lambda: not Path(f"/proc/{child}/cmdline").exists() or not Path(f"/proc/{child}/cmdline").read_bytes()
        )

    asyncio.run(gone())


def test_a_network_that_something_is_still_connected_to_goes_all_the_same(client: docker.DockerClient) -> None:
    mine = {"lab.session": "crisp-newt-0000"}
    network = client.networks.create("lab-crisp-newt-0000-servers", labels=mine)
    guest = client.containers.run("debian:bookworm-slim", ["sleep", "60"], detach=True, network=network.name, init=True)
    try:
        assert cleanup.remove(client, ["crisp-newt-0000"]) == []
        assert "crisp-newt-0000" not in cleanup.find(client)
        guest.reload()
        assert guest.status == "running"
    finally:
        guest.remove(force=True)
        for left in client.networks.list(names=["lab-crisp-newt-0000-servers"]):
            left.remove()
