"""An engine that dies half-way, from the lab's side: the connection to it is cut and nobody answers any more."""

import asyncio
import contextlib
import os
import secrets
import socket
import threading
from pathlib import Path
from urllib.parse import urlsplit

import docker
import pytest

from lab.engines.base import EngineUnusableError
from lab.engines.docker import cleanup
from lab.engines.docker.engine import DockerEngine
from tests.docker.conftest import Lab


class Relay:
    """Passes connections on to the real engine until it is cut."""

    def __init__(self, engine: str) -> None:
        self._engine = urlsplit(engine)
        self._open: list[socket.socket] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.host = f"tcp://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        for each in (self._listening, *self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, far = self._listening.accept()[0], socket.socket(socket.AF_UNIX)
                far.connect(self._engine.path)
                self._open += [near, far]
                for source, target in ((near, far), (far, near)):
                    threading.Thread(target=self._pass, args=(source, target), daemon=True).start()

    @staticmethod
    def _pass(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)


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
