"""HAProxy's run-time socket, through one process that stays attached inside the proxy's container.

The socket is a file in there and listens on no network, so nobody else can speak to it, and the lab can
wherever it reaches the engine.
"""

import asyncio
import contextlib
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, cast

import docker

from lab.engines.base import EngineUnusableError
from lab.engines.docker.errors import DOCKER_ERRORS
from lab.engines.docker.execution import ERRORS, HEAD
from lab.engines.docker.haproxy import SOCKET

if TYPE_CHECKING:
    import socket

_END = b"\n> "
"""What HAProxy ends every answer with in its interactive mode."""


class Runtime:
    """Commands to a running HAProxy, one after the other."""

    def __init__(self, client: docker.DockerClient, container: str) -> None:
        self._client = client
        self._container = container
        self._stream: _Stream | None = None
        self._lock = asyncio.Lock()
        self._closed = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="lab-haproxy")

    async def command(self, text: str, within: float = 5.0) -> str:
        """The answer to one command. `EngineUnusableError` if the proxy gives none `within` seconds, twice.

        Several commands on one line would get several answers: give them one by one.
        """
        async with self._lock:
            if self._closed:
                raise EngineUnusableError("The proxy is told nothing more: the lab is being closed.")
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._exchange, text, within)

    def close(self) -> None:
        """Hang up for good."""
        self._closed = True
        self._thread.submit(self._hang_up)
        self._thread.shutdown(wait=False)

    def _exchange(self, text: str, within: float) -> str:
        for last in (False, True):
            try:
                if self._stream is None:
                    self._stream = _Stream(self._client, self._container, within)
                return self._stream.exchange(text, within)
            except DOCKER_ERRORS as error:
                self._hang_up()
                if last:
                    raise EngineUnusableError(
                        f"The proxy does not answer ({text!r}): {error}. "
                        f"`docker logs {self._container}` shows what became of it."
                    ) from error
        raise AssertionError("unreachable")

    def _hang_up(self) -> None:
        if self._stream:
            self._stream.close()
        self._stream = None


class _Stream:
    """One attached socat. Docker puts a head of eight bytes before each piece of its output."""

    def __init__(self, client: docker.DockerClient, container: str, within: float) -> None:
        api = client.api
        argv = ["socat", "-", f"UNIX-CONNECT:{SOCKET}"]
        started = api.exec_create(container, argv, stdin=True, stdout=True, stderr=True)
        self._reply: Any = api.exec_start(started["Id"], socket=True)
        self._socket = cast("socket.socket", getattr(self._reply, "_sock", self._reply))
        self.exchange("prompt", within)

    def exchange(self, text: str, within: float) -> str:
        """Send a command, read its whole answer. Raises OSError: the stream ended, or time is up."""
        deadline = time.monotonic() + within
        self._socket.settimeout(within)
        self._socket.sendall(text.encode() + b"\n")
        answer = b""
        while not answer.endswith(_END):
            self._socket.settimeout(max(0.001, deadline - time.monotonic()))
            source, size = HEAD.unpack(self._read(HEAD.size))
            piece = self._read(size)
            if source == ERRORS:
                raise OSError(piece.decode("utf-8", "replace").strip())
            answer += piece
        return answer.removesuffix(_END).decode("utf-8", "replace").strip()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.close()
            self._reply.close()

    def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            piece = self._socket.recv(size - len(data))
            if not piece:
                raise OSError("the connection to the proxy's container ended")
            data += piece
        return data
