"""The load generator: a process of its own, so that nothing else that the lab does disturbs what it measures.

Its first line on standard input is the set-up, `{"fleets": {NAME: URL}, "interval": SECONDS}`; each line
after it a command: `{"rate": R}` sends every fleet R requests a second from then on, `{"stop": N}` ends
sending, waits for what is under way and reports `{"stopped": N}`. It ends when standard input does, so it
cannot outlive the lab. Each interval it writes a line with every request that ended in it, by fleet.

Open loop: requests are scheduled evenly in time whether or not earlier ones were answered, and latency counts
from the scheduled time. A stall is not hidden.
"""

import asyncio
import contextlib
import json
import signal
import sys
import threading
import time
from collections import Counter
from typing import Any

import aiohttp

from lab.model.histogram import bucket
from lab.model.proxy import lost_by

TIMEOUT = 15.0
"""Seconds after which a request without an answer is dropped."""

MOST_UNDER_WAY = 4000
SAMPLES = 5

Key = tuple[str, str, str, str]
"""Server, version, outcome, pool."""


def outcome(status: int, from_server: bool) -> str:
    """How a request ended that got an answer, from a server of the lab or from the proxy itself."""
    if from_server:
        return "error" if status >= 500 else "served"
    return "refused" if status == 503 else "dropped"


class Tally:
    """The requests of one fleet that ended in this interval."""

    def __init__(self) -> None:
        self.latencies: dict[Key, Counter[int]] = {}
        self.lost: Counter[Key] = Counter()
        self.samples: list[tuple[float, Key, int, float, str]] = []

    def count(self, key: Key, status: int, scheduled: float, latency: float, lost: bool = False, why: str = "") -> None:
        self.lost[key] += lost
        self.latencies.setdefault(key, Counter())[bucket(latency)] += 1
        kinds = {sample[1][1:3] for sample in self.samples}
        # A few of each sort rather than the first ones, so that the rare sorts are seen.
        if len(self.samples) < SAMPLES or key[1:3] not in kinds:
            self.samples.append((scheduled, key, status, latency, why))

    def report(self, now: float) -> dict[str, Any]:
        """Rows and samples as JSON has them; a sample's first field is how many seconds ago it was scheduled."""
        rows: list[list[Any]] = [[*key, latencies, self.lost[key]] for key, latencies in self.latencies.items()]
        samples = [[now - scheduled, *key[:3], *seen] for scheduled, key, *seen in self.samples]
        return {"rows": rows, "samples": samples}


class Generator:
    """Sends to every fleet at the same rate, and counts."""

    def __init__(self, fleets: dict[str, str], interval: float, http: aiohttp.ClientSession) -> None:
        self._fleets = fleets
        self._interval = interval
        self._http = http
        self._tallies = {fleet: Tally() for fleet in fleets}
        self._under_way: set[asyncio.Task[None]] = set()
        self._rate = 0.0
        self._changed = asyncio.Event()

    def set_rate(self, rate: float) -> None:
        self._rate = rate
        self._changed.set()

    async def send(self) -> None:
        """Schedule requests, evenly, at the rate of the moment; all fleets at the same times."""
        due = time.monotonic()
        while True:
            self._changed.clear()
            if self._rate <= 0:
                await self._changed.wait()
                due = time.monotonic()
                continue
            wait = due - time.monotonic()
            if wait > 0:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), wait)
                if self._changed.is_set():  # also when the time was up in the same moment
                    due = time.monotonic()
                    continue
            for fleet, url in self._fleets.items():
                task = asyncio.create_task(self._request(fleet, url, due))
                self._under_way.add(task)
                task.add_done_callback(self._under_way.discard)
            due += 1 / self._rate

    async def report(self) -> None:
        """Write a line each interval."""
        while True:
            await asyncio.sleep(self._interval)
            self.flush()

    async def stop(self, number: int) -> None:
        """Send nothing more, wait for what is under way, report it."""
        self.set_rate(0)
        await asyncio.sleep(0)
        while self._under_way:
            await asyncio.wait(self._under_way)
        self.flush()
        _write({"stopped": number})

    def flush(self) -> None:
        now = time.monotonic()
        finished, self._tallies = self._tallies, {fleet: Tally() for fleet in self._fleets}
        _write({"counts": {fleet: tally.report(now) for fleet, tally in finished.items()}})

    async def _request(self, fleet: str, url: str, scheduled: float) -> None:
        server, version, pool, status, how, lost, reason = "", "", "", 0, "dropped", False, ""
        try:
            async with self._http.get(url) as reply:
                await reply.read()
                status = reply.status
                server = reply.headers.get("X-Lab-Server", "")
                version = reply.headers.get("X-Lab-Version", "")
                pool = reply.headers.get("X-Lab-Pool", "")
                how = outcome(status, bool(server))
                lost = how == "served" and reply.headers.get("X-Lab-Order") == "lost"
                reason = "" if server else lost_by(status, reply.headers.get("X-Lab-Tried", ""))
        except TimeoutError:
            server, version, how, lost, reason = "", "", "dropped", False, f"no answer within {TIMEOUT:g} s"
        except (aiohttp.ClientError, OSError) as error:
            server, version, how, lost, reason = "", "", "dropped", False, f"the way to the proxy broke: {error}"
        latency = time.monotonic() - scheduled
        self._tallies[fleet].count((server, version, how, pool), status, scheduled, latency, lost, reason)


async def main() -> None:
    """Serve commands until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # meant for the lab, which ends this process by itself
    commands = _standard_input()
    setup = json.loads(await commands.get())
    timeout = aiohttp.ClientTimeout(total=TIMEOUT)
    # A connection for each request. On a kept one HAProxy hangs up in silence where a server was lost half-way,
    # and the client sends the request again: a dropped request would be counted as served.
    connector = aiohttp.TCPConnector(limit=MOST_UNDER_WAY, force_close=True)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as http:
        generator = Generator(setup["fleets"], setup["interval"], http)
        tasks = [asyncio.create_task(generator.send()), asyncio.create_task(generator.report())]
        _write({"ready": True})
        while line := await commands.get():
            command = json.loads(line)
            if "stop" in command:
                await generator.stop(command["stop"])
            else:
                generator.set_rate(command["rate"])
        for task in tasks:
            task.cancel()


def _standard_input() -> "asyncio.Queue[bytes]":
    """Lines of standard input as they come, the last one empty. A thread reads: that works on every system."""
    lines: asyncio.Queue[bytes] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def read() -> None:
        while line := sys.stdin.buffer.readline():
            loop.call_soon_threadsafe(lines.put_nowait, line)
        loop.call_soon_threadsafe(lines.put_nowait, b"")

    threading.Thread(target=read, daemon=True, name="standard input").start()
    return lines


def _write(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line, separators=(",", ":")) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main())
