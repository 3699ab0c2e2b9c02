"""A crew: jobs done together or a few at a time, and what becomes of the rest when one fails."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any, TypeVar

from lab.engines.base import EngineUnusableError, LabError

Job = TypeVar("Job")
Result = TypeVar("Result")


async def work_off(
    jobs: Iterable[Job], workers: Iterable[Callable[[Job], Awaitable[None]]], *, go_on: bool = False
) -> list[LabError]:
    """Let each worker take one job after the other until none is left; the failures, in the order they happened.

    After a failure no further job is begun, unless `go_on`. What has begun is finished. An engine that cannot
    be used any more is no failure of a job: it is raised.
    """
    waiting = deque(jobs)
    failures: list[LabError] = []

    async def shift(worker: Callable[[Job], Awaitable[None]]) -> None:
        while waiting and (go_on or not failures):
            try:
                await worker(waiting.popleft())
            except EngineUnusableError:
                raise
            except LabError as error:
                failures.append(error)

    await together(shift(worker) for worker in workers)
    return failures


async def together(work: Iterable[Coroutine[Any, Any, Result]]) -> list[Result]:
    """Do everything at once; the results in order. The first failure ends the rest, and is raised itself."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(item) for item in work]
    except BaseExceptionGroup as failures:
        raise first_of(failures) from None
    return [task.result() for task in tasks]


def first_of(failures: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first single exception in a group of them."""
    first = failures.exceptions[0]
    return first_of(first) if isinstance(first, BaseExceptionGroup) else first
