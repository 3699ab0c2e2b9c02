"""A viewer: a process that draws the screens for one browser, and only watches."""

import asyncio
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from contextlib import suppress

from aiohttp import web
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

DRIVER = "lab.serve.driver:ViewerDriver"


class Viewer(AppService):
    """Runs `argv` for as long as its browser listens, and lets the browser go when that ends."""

    def __init__(self, argv: Sequence[str], socket: web.WebSocketResponse, downloads: DownloadManager) -> None:
        super().__init__(
            " ".join(argv),
            write_bytes=socket.send_bytes,
            write_str=socket.send_str,
            close=self._hang_up,
            download_manager=downloads,
        )
        self._argv = argv
        self._socket = socket

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        """Start the process without a shell, and out of reach of a Ctrl-C that is meant for the server."""
        environment = {**self._build_environment(width, height), "TEXTUAL_DRIVER": DRIVER}
        self._process = await asyncio.create_subprocess_exec(
            *self._argv, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=environment, start_new_session=True
        )
        self._stdin = self._process.stdin
        return self._process

    async def run(self) -> None:
        try:
            await super().run()
        finally:
            await self._hang_up()

    async def stop(self) -> None:
        """End the process. It only watches, so nothing is lost by how it ends."""
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
        await self._download_manager.cancel_app_downloads(app_service_id=self.app_service_id)
        if self._task:
            await self._task

    async def _hang_up(self) -> None:
        await self._socket.close()
