"""Requests to a pool before it is live: through the proxy, as users' are, but addressed to the pool by a header."""

import asyncio
import time

import aiohttp

from lab.engines.docker.loadgen import outcome
from lab.model.histogram import bucket
from lab.model.probed import Probed

AT_ONCE = 5
TIMEOUT = 15.0
"""Seconds after which a request without an answer has failed."""


async def preview(url: str, pool: str, requests: int) -> Probed:
    """Send `requests` requests to a pool of the fleet at `url`, a few at once; what came of them."""
    turns = asyncio.Semaphore(AT_ONCE)
    connector = aiohttp.TCPConnector(force_close=True)
    timeout = aiohttp.ClientTimeout(total=TIMEOUT)

    async def one(http: aiohttp.ClientSession) -> Probed:
        async with turns:
            began = time.monotonic()
            try:
                async with http.get(url, headers={"X-Lab-Pool": pool}) as reply:
                    await reply.read()
                    served = outcome(reply.status, "X-Lab-Server" in reply.headers) == "served"
            except (aiohttp.ClientError, TimeoutError, OSError):
                served = False
            return Probed(1, 0 if served else 1, {bucket(time.monotonic() - began): 1})

    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as http:
        found = Probed()
        for probed in await asyncio.gather(*(one(http) for _ in range(requests))):
            found = found.plus(probed)
        return found
