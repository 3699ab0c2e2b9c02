"""Docker calls from an event loop: the SDK blocks, so every call runs in a worker thread of this engine's own."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

import docker

from lab.engines.base import EngineUnusableError
from lab.engines.docker.errors import DOCKER_ERRORS, explained

P = ParamSpec("P")
T = TypeVar("T")

WORKERS = 24
STARTS = 4
"""Containers created and started at the same time: more of them are slower, not faster."""

TIMEOUT = 60
"""Seconds after which a call that gets no answer has failed."""


def connect() -> docker.DockerClient:
    """A client for the engine that DOCKER_HOST names, or the local one. Raises `EngineUnusableError`."""
    try:
        return docker.from_env(timeout=TIMEOUT, max_pool_size=WORKERS)
    except DOCKER_ERRORS as error:
        raise explained(error, "connecting to the Docker engine") from error


class Calls:
    """Runs blocking functions, knows which are under way, and takes none any more once it is closed."""

    def __init__(self) -> None:
        self._starts = asyncio.Semaphore(STARTS)
        self._starting: set[Future[Any]] = set()
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="lab-docker")
        self._under_way: set[Future[Any]] = set()
        self._closed = False

    async def __call__(self, doing: str, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`function(…)`. Docker's errors come as `EngineUnusableError`."""
        return await self._run(doing, False, lambda: function(*args, **kwargs))

    async def on_server(self, doing: str, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`function(…)`, which concerns one server: that it failed there is a `ServerError`."""
        return await self._run(doing, True, lambda: function(*args, **kwargs))

    async def start(self, doing: str, function: Callable[[], T]) -> T:
        """`function()`, which starts a server: only so many at a time, and none is given up half-way."""
        async with self._starts:
            return await self._run(doing, True, function, self._starting)

    def going(self) -> bool:
        """Whether calls are still taken."""
        return not self._closed

    def refuse(self) -> None:
        """Take nothing more from now on."""
        self._closed = True

    async def finish(self, within: float) -> None:
        """Wait `within` seconds at most for what is under way, and let the threads go."""
        await _ended(self._under_way, within)
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def started(self, within: float) -> None:
        """Wait `within` seconds at most until no server is being started: Docker removes none cleanly before."""
        await _ended(self._starting, within)

    async def _run(
        self, doing: str, on_server: bool, function: Callable[[], T], kind: "set[Future[Any]] | None" = None
    ) -> T:
        if self._closed:
            raise EngineUnusableError(f"Not {doing}: the lab is being closed.")
        future = self._pool.submit(function)
        for kept in (self._under_way, *([] if kind is None else [kind])):
            kept.add(future)
            future.add_done_callback(kept.discard)
        try:
            return await asyncio.wrap_future(future)
        except DOCKER_ERRORS as error:
            raise explained(error, doing, on_server) from error


async def _ended(calls: "set[Future[Any]]", within: float) -> None:
    waiting = [asyncio.wrap_future(future) for future in tuple(calls)]
    for future in waiting:
        future.add_done_callback(_known)
    if waiting:
        await asyncio.wait(waiting, timeout=within)


def _known(future: "asyncio.Future[Any]") -> None:
    """Take note of how a call has failed that nobody waits for any more, so that the loop does not report it."""
    if not future.cancelled():
        future.exception()
