"""What tests that drive screens share: a loop to run in, and a wait for what will come."""

import asyncio
import functools


def piloted(test):
    """A coroutine as a test that pytest can call; it keeps its fixtures and parameters."""

    @functools.wraps(test)
    def run(*args, **kwargs):
        asyncio.run(test(*args, **kwargs))

    return run


async def until(pilot, condition, within=60.0):
    """Let the app go on until `condition` holds."""
    async with asyncio.timeout(within):
        while not condition():
            await pilot.pause(0.01)
