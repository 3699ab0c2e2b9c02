"""What goes on beside everything else, until it ends or is told to rest."""

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any

from lab.engines.base import LabError


class Background:
    """Tasks that nobody waits for."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Let something happen beside everything else."""

        async def quietly() -> None:
            # What goes wrong here shows in the next order: nobody waits for this one.
            with contextlib.suppress(LabError):
                await work

        task = asyncio.create_task(quietly())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def rest(self) -> None:
        """End all that is under way."""
        for task in self._tasks:
            task.cancel()
