"""An engine that dies half-way, from the lab's side: the connection to it is cut and nobody answers any more."""

import asyncio
import os
import secrets
from pathlib import Path

import docker
import pytest

from lab.engines.base import EngineUnusableError
from lab.engines.docker import cleanup
from lab.engines.docker.engine import DockerEngine
from tests.docker.conftest import Lab
from tests.docker.relay import Relay


def test_an_engine_that_dies_is_a_clear_error_and_what_it_kept_can_be_removed_later(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    if not host.startswith("unix://"):
        pytest.skip("the engine is not on a local socket")
    real, relay = docker.from_env(), Relay(host)
    session = f"test-{secrets.token_hex(3)}"

    async def story() -> None:
        lab = Lab(DockerEngine(cache=cache), session)
        try:
            await lab.engine.open(lab.world())
            server = await lab.launch("pets")
            relay.cut()
            with pytest.raises(EngineUnusableError, match="does not answer"):
                await lab.engine.observe(server)
            with pytest.raises(EngineUnusableError, match="proxy does not answer"):
                await lab.engine.drain(server, 1)
        finally:
            async with asyncio.timeout(30):
                await lab.engine.close()

    monkeypatch.setenv("DOCKER_HOST", relay.host)
    try:
        asyncio.run(story())
    finally:
        assert session in cleanup.find(real)
        assert cleanup.remove(real, [session]) == []
        assert session not in cleanup.find(real)
        real.close()
