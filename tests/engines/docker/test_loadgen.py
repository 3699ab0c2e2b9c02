"""The load generator as the process that it is, against a server in this one."""

import asyncio
import contextlib
import itertools
from collections import Counter
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from lab.engines.base import EngineUnusableError
from lab.engines.docker.loadgen import outcome
from lab.engines.docker.traffic import Traffic, traffic_counted
from lab.model.events import TrafficCounted
from lab.model.histogram import quantile

SERVER = {"X-Lab-Server": "pets-1", "X-Lab-Version": "1.0"}


@pytest.mark.parametrize(
    ("status", "from_server", "expected"),
    [
        (200, True, "served"),
        (404, True, "served"),
        (500, True, "error"),
        (503, True, "error"),
        (503, False, "refused"),
        (502, False, "dropped"),
        (504, False, "dropped"),
        (200, False, "dropped"),
    ],
)
def test_a_reply_is_one_outcome(status: int, from_server: bool, expected: str) -> None:
    assert outcome(status, from_server) == expected


class Site:
    """A server that answers as it is told; `stalled` holds every answer back."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, dict[str, str]]] = [(200, SERVER)]
        self.asked = 0
        self.callers: set[object] = set()
        self.free = asyncio.Event()
        self.free.set()

    async def answer(self, request: web.Request) -> web.Response:
        status, headers = self.answers[self.asked % len(self.answers)]
        self.asked += 1
        self.callers.add(request.get_extra_info("peername"))
        await self.free.wait()
        return web.Response(status=status, headers=headers)


@contextlib.asynccontextmanager
async def sending(site: Site, interval: float = 0.2) -> AsyncIterator[tuple[Traffic, list[TrafficCounted]]]:
    """A load generator that is ready to send to `site` as fleet pets, and to nobody at all as fleet void."""
    app = web.Application()
    app.router.add_get("/", site.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    events: list[TrafficCounted] = []

    def take(event: object) -> None:
        assert isinstance(event, TrafficCounted)
        events.append(event)

    traffic = Traffic(take, asyncio.get_running_loop().time)
    try:
        await traffic.start({"pets": url, "void": "http://127.0.0.1:9/"}, interval)
        yield traffic, events
    finally:
        await traffic.close()
        await runner.cleanup()


def outcomes(events: list[TrafficCounted], fleet: str = "pets") -> Counter[tuple[str, str]]:
    total: Counter[tuple[str, str]] = Counter()
    for event in events:
        for row in event.rows:
            if event.fleet == fleet:
                total[row.server, row.outcome] += row.count
    return total


async def until(site: Site, asked: int) -> None:
    async with asyncio.timeout(10):
        while site.asked < asked:  # noqa: ASYNC110  (the site counts, and tells nobody)
            await asyncio.sleep(0.01)


def test_every_request_ends_in_one_row_and_both_fleets_get_as_many() -> None:
    async def story() -> None:
        site = Site()
        site.answers = [(200, SERVER), (500, SERVER), (503, {}), (502, {"X-Lab-Tried": "pets-2"})]
        async with sending(site) as (traffic, events):
            await traffic.rate(100)
            await until(site, 60)
            await traffic.rate(0)
            total = outcomes(events)
            assert sum(total.values()) == site.asked
            expected = {("pets-1", "served"), ("pets-1", "error"), ("", "refused"), ("", "dropped")}
            assert set(total) == expected
            assert len(site.callers) == site.asked, "every request has a connection of its own"
            assert max(total.values()) - min(total.values()) <= 1
            assert outcomes(events, "void") == {("", "dropped"): site.asked}
            mine = [event for event in events if event.fleet == "pets"]
            assert all(before.at == after.start for before, after in itertools.pairwise(mine))
            assert {sample.outcome for event in mine for sample in event.samples} == {how for _, how in expected}
            why = {sample.outcome: sample.why for event in mine for sample in event.samples}
            assert why["dropped"] == "pets-2 closed the connection without an answer"
            assert (why["served"], why["error"], why["refused"]) == ("", "", "no server could be reached")
            nowhere = {sample.why for event in events if event.fleet == "void" for sample in event.samples}
            assert all("the way to the proxy broke" in reason for reason in nowhere) and nowhere

    asyncio.run(story())


def test_a_stall_is_in_the_latency_of_all_that_were_due_in_it() -> None:
    async def story() -> None:
        site = Site()
        async with sending(site) as (traffic, events):
            site.free.clear()
            await traffic.rate(100)
            await until(site, 50)
            site.free.set()
            await traffic.rate(0)
            latency: Counter[int] = Counter()
            for event in events:
                for row in event.rows:
                    latency.update(dict(row.latency) if row.server else {})
            assert sum(latency.values()) == site.asked >= 50, "an open loop does not wait for answers"
            median = quantile(latency, 0.5)
            assert median is not None and median > 0.15

    asyncio.run(story())


def test_stopping_waits_for_what_is_under_way_and_counts_it() -> None:
    async def story() -> None:
        site = Site()
        async with sending(site, interval=60) as (traffic, events):
            await traffic.rate(0)
            site.free.clear()
            await traffic.rate(50)
            await until(site, 5)
            stopping = asyncio.create_task(traffic.rate(0))
            done, _ = await asyncio.wait({stopping}, timeout=0.2)
            assert not done and not outcomes(events)
            site.free.set()
            await stopping
            assert sum(outcomes(events).values()) == site.asked

    asyncio.run(story())


def test_a_load_generator_that_died_is_an_error_and_can_be_closed_twice() -> None:
    async def story() -> None:
        async with sending(Site()) as (traffic, _):
            await traffic.rate(10)
            await traffic.close()
            with pytest.raises(EngineUnusableError, match="load generator"):
                await traffic.rate(0)
            await traffic.close()

    asyncio.run(story())


def test_counts_become_an_event_in_lab_time() -> None:
    counted = {
        "rows": [["pets-1", "1.0", "served", "main", {"3": 2, "70": 1}, 1]],
        "samples": [[0.5, "pets-1", "1.0", "served", 200, 0.0123456789, ""]],
    }
    event = traffic_counted("pets", counted, 4.0, 5.0)
    assert (event.start, event.at, event.rows[0].count, event.rows[0].latency) == (4.0, 5.0, 3, {3: 2, 70: 1})
    assert event.rows[0].lost == 1
    assert (event.samples[0].at, event.samples[0].latency) == (4.5, 0.012346)
