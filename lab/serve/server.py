"""The server: the page, what the page needs, and a viewer for every browser that opens it."""

import asyncio
import html
import socket
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

import textual_serve
from aiohttp import web
from textual_serve.download_manager import DownloadManager

from lab.serve.gate import SOCKET, Gate
from lab.serve.sayings import LIMIT, number, pass_on, size
from lab.serve.viewer import Viewer

VIEWERS = 24
"""As many may watch at a time: each is a process of its own."""

GRACE = 2.0
"""Seconds that a browser gets to take its leave."""

FONT_SIZE = (6, 16, 72)
"""In pixels: the smallest, the usual one, the largest."""

STATIC = Path(textual_serve.__file__).parent / "static"

HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "connect-src 'self' {socket}; "
    "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
"""Nothing comes from elsewhere, so it works without a network, and no other site learns or frames what is shown."""


@dataclass
class Server:
    """Shows what `argv` draws, under `title`, to whom the gate lets in."""

    argv: Sequence[str]
    title: str
    gate: Gate
    _watching: "set[asyncio.Task[Any]]" = field(default_factory=set)
    _downloads: DownloadManager = field(default_factory=DownloadManager)

    async def serve(self, listening: socket.socket, until: Awaitable[Any]) -> None:
        """Serve until `until` is done; then no viewer is left."""
        runner = web.AppRunner(self._app(), access_log=None, shutdown_timeout=GRACE)
        try:
            await runner.setup()
            await web.SockSite(runner, listening).start()
            await until
        finally:
            await runner.cleanup()

    def _app(self) -> web.Application:
        app = web.Application(middlewares=[self.gate.middleware()])
        app.on_response_prepare.append(_add_headers)
        app.on_shutdown.append(self._see_off)
        app.add_routes(
            [
                web.get("/", self._page),
                web.get("/page.css", self._style),
                web.get(SOCKET, self._watch),
                web.get("/download/{key}", self._download),
                web.static("/static", STATIC),
            ]
        )
        return app

    async def _page(self, request: web.Request) -> web.Response:
        facts = {"title": self.title, "socket": f"{_sockets(request)}{SOCKET}", "size": str(_font_size(request))}
        shown = {name: html.escape(fact) for name, fact in facts.items()}
        return web.Response(text=Template(_text("page.html")).substitute(shown), content_type="text/html")

    async def _style(self, request: web.Request) -> web.Response:
        return web.Response(text=_text("page.css"), content_type="text/css")

    async def _watch(self, request: web.Request) -> web.WebSocketResponse:
        """A viewer, for as long as the browser stays."""
        if len(self._watching) >= VIEWERS:
            raise web.HTTPServiceUnavailable(text=f"{VIEWERS} are watching already; more cannot.\n")
        browser = web.WebSocketResponse(timeout=GRACE, heartbeat=15, max_msg_size=LIMIT)
        viewer = Viewer(self.argv, browser, self._downloads)
        task = asyncio.current_task()
        assert task
        self._watching.add(task)
        try:
            await browser.prepare(request)
            await viewer.start(*size(request.query))
            await pass_on(browser, viewer)
        finally:
            self._watching.discard(task)
            await viewer.stop()
        return browser

    async def _see_off(self, app: web.Application) -> None:
        """End all viewers, also those that are just being started."""
        watching = [*self._watching]
        for task in watching:
            task.cancel()
        await asyncio.gather(*watching, return_exceptions=True)

    async def _download(self, request: web.Request) -> web.StreamResponse:
        """What a viewer has for its browser: pictures of the screen. Nothing of them is kept on this machine."""
        key = request.match_info["key"]
        try:
            given = await self._downloads.get_download_metadata(key)
        except KeyError:
            raise web.HTTPNotFound from None
        response = web.StreamResponse()
        response.content_type = given.mime_type
        name = "".join(letter for letter in given.file_name if letter.isalnum() or letter in "._-")
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        await response.prepare(request)
        async for chunk in self._downloads.download(key):
            await response.write(chunk)
        await response.write_eof()
        return response


def _text(name: str) -> str:
    return files("lab.serve").joinpath(name).read_text("utf-8")


def _sockets(request: web.Request) -> str:
    """The address under which this browser reaches our websockets."""
    return f"{'wss' if request.scheme == 'https' else 'ws'}://{request.host}"


def _font_size(request: web.Request) -> int:
    smallest, usual, largest = FONT_SIZE
    return min(max(smallest, number(request.query.get("fontsize"), usual)), largest)


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    for name, value in HEADERS.items():
        response.headers[name] = value.replace("{socket}", _sockets(request))
