"""What the tests of the server share: a server over real HTTP, and a browser that speaks its websocket."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from lab.serve.address import listen
from lab.serve.gate import Gate
from lab.serve.server import Server

WITHIN = 30.0
"""Seconds after which what was waited for does not come."""

ENDED_WITHIN = 10.0
"""Seconds after which the serving has ended, whatever its browsers do."""

SMALL_APP = (sys.executable, str(Path(__file__).with_name("small_app.py")))

_SEQUENCE = re.compile(rb"\x1b(\[[0-9;?<>=$]*[a-zA-Z]|\][^\x07]*\x07|[()].|.)")


@asynccontextmanager
async def served(
    token: str | None = None, *, local: bool = True, argv: Sequence[str] = SMALL_APP, title: str = "A test"
) -> AsyncIterator[str]:
    """A server for as long as the block; its address."""
    with listen("127.0.0.1", 0) as listening:
        port = listening.getsockname()[1]
        end = asyncio.Event()
        server = Server(argv, title, Gate(token, local, port))
        task = asyncio.create_task(server.serve(listening, end.wait()))
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            end.set()
            await asyncio.wait_for(task, ENDED_WITHIN)


class Watcher:
    """A browser's end of a websocket: what was drawn, without what steers the terminal."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.drawn = ""
        self.said: list[object] = []

    async def until(self, text: str) -> None:
        """Read on until `text` was drawn."""
        async with asyncio.timeout(WITHIN):
            while text not in self.drawn:
                await self.read()

    async def read(self) -> None:
        message = await self.socket.receive()
        assert message.type in (aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT), (message, self.drawn)
        self._take(message)

    async def until_closed(self) -> None:
        async with asyncio.timeout(WITHIN):
            async for message in self.socket:
                self._take(message)

    async def press(self, keys: str) -> None:
        await self.socket.send_json(["stdin", keys])

    def _take(self, message: aiohttp.WSMessage) -> None:
        if message.type is aiohttp.WSMsgType.TEXT:
            self.said.append(message.json())
        else:
            self.drawn += _SEQUENCE.sub(b"", message.data).decode(errors="replace")


@asynccontextmanager
async def watching(session: aiohttp.ClientSession, address: str, *, query: str = "") -> AsyncIterator[Watcher]:
    """A viewer at `address`, opened as the lab's own page opens it."""
    async with session.ws_connect(f"{address}/ws{query}", origin=address) as socket:
        yield Watcher(socket)
