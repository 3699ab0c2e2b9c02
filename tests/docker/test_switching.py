"""No request is lost by any of the careful ways to replace servers, under load, counted twice; and the careless ways
do lose some: this test would notice."""

import asyncio
import csv

import aiohttp
import pytest

from lab.model import orders as o
from lab.model.events import RoutingChanged
from tests.support import Lab, on_docker, setup, strategy

pytestmark = pytest.mark.docker

RATE = 200.0


async def counted_by_proxy(lab: Lab, fleet: str) -> int:
    """How many requests HAProxy itself says a fleet's users have sent."""
    answer = await lab.engine._balancer._runtime.command("show stat -1 1 -1")
    rows = csv.DictReader(answer.removeprefix("# ").splitlines())
    return next(int(row["req_tot"]) for row in rows if row["pxname"] == fleet)


async def stop_and_compare(lab: Lab) -> None:
    await lab.session.give(o.Traffic(rate=0.0))
    score = lab.scores["cattle"]
    requests = score.requests
    assert requests["sent"] == sum(requests[outcome] for outcome in ("served", "error", "refused", "dropped"))
    assert await counted_by_proxy(lab, "cattle") == requests["sent"] + score.verify_requests


def lost(lab: Lab) -> int:
    return lab.scores["cattle"].requests["dropped"] + lab.scores["cattle"].requests["refused"]


def test_twenty_switches_and_ten_replacements_under_load_lose_no_request() -> None:
    async def switches(lab: Lab) -> None:
        for _ in range(10):
            assert await lab.session.give(o.Release(version="1.1"))
            assert await lab.session.give(o.Rollback())
        await stop_and_compare(lab)

    async def replacements(lab: Lab) -> None:
        for version in ["1.1", "1.0"] * 5:
            assert await lab.session.give(o.Release(version=version))
        await stop_and_compare(lab)

    switching = strategy("blue-green", verify={"requests": 20, "errors": "5%", "latency": "5s"})
    lab = on_docker(setup(rate=RATE, servers=2, cattle=switching), switches)
    assert len(lab.of(RoutingChanged)) == 21
    assert lost(lab) == 0
    lab = on_docker(setup(rate=RATE, servers=2, cattle=strategy("rolling")), replacements)
    assert lost(lab) == 0


@pytest.mark.parametrize(
    ("start", "version", "careless"),
    [
        ("1.0", "1.5", {"max_surge": 2, "stop_first": True}),
        ("1.4", "1.0", {"drain": 0.0}),
        ("1.0", "1.5", {"max_surge": 2, "health_check": "off"}),
    ],
    ids=["stop-first", "no drain", "no health check"],
)
def test_the_careless_ways_lose_requests_and_both_counts_say_so(start: str, version: str, careless: dict) -> None:
    async def story(lab: Lab) -> None:
        await lab.session.give(o.Release(version=version))
        await lab.session.give(o.WaitUntil(healthy=2, within=30.0))
        await asyncio.wait_for(_some_counts(lab, 5), 30)
        await stop_and_compare(lab)

    assert lost(on_docker(setup(rate=RATE, servers=2, start=start, cattle=strategy("rolling", **careless)), story)) > 0


async def _some_counts(lab: Lab, number: int) -> None:
    """Wait until so many more intervals of traffic were counted."""
    until = lab.session.state.fleets["cattle"].ledger.sent + number * RATE
    while lab.session.state.fleets["cattle"].ledger.sent < until:
        await lab.session.changed()


def test_an_aborted_canary_leaves_no_canary_and_no_baseline() -> None:
    async def story(lab: Lab) -> None:
        for weight in (0.1, 0.3):
            releasing = asyncio.ensure_future(lab.session.give(o.Release(version="1.1")))
            while lab.session.state.fleets["cattle"].shares.get("canary") != weight:
                await asyncio.wait_for(lab.session.changed(), 60)
            assert await lab.session.give(o.Abort())
            assert not await releasing
            assert {server.pool for server in lab.session.fleets["cattle"].servers.values()} == {"blue"}

    steps = [{"weight": "10%", "for": "4s"}, {"weight": "30%", "for": "60s"}]
    lab = on_docker(setup(rate=50, servers=2, cattle=strategy("canary", steps=steps)), story)
    assert lost(lab) == 0
    assert lab.scores["cattle"].declared_version == "1.0"


def test_a_canary_that_loses_orders_is_caught_and_a_good_one_promoted() -> None:
    async def story(lab: Lab) -> None:
        assert not await lab.session.give(o.Release(version="1.3"))
        assert lab.scores["cattle"].verdict is not None and lab.scores["cattle"].verdict["result"] == "worse"
        assert await lab.session.give(o.Release(version="1.1"))

    steps = [{"weight": "30%", "for": "5s"}]
    chosen = setup(rate=100, servers=2, cattle=strategy("canary", steps=steps, margin="5%"))
    lab = on_docker(chosen, story)
    assert lab.scores["cattle"].versions == {"1.1": 2}
    assert lost(lab) == 0


async def versions(url: str, number: int, **request: object) -> set[str]:
    """The versions that answer so many requests, of one user who keeps cookies."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True), cookie_jar=jar) as http:
        found = set()
        for _ in range(number):
            async with http.get(url, **request) as reply:
                found.add(reply.headers["X-Lab-Version"])
        return found


def test_a_user_stays_on_one_side_and_a_header_chooses_the_pool() -> None:
    async def story(lab: Lab) -> None:
        url = lab.engine.urls["cattle"]
        releasing = asyncio.ensure_future(lab.session.give(o.Release(version="1.1")))
        while not lab.session.state.fleets["cattle"].shares.get("canary"):
            await asyncio.wait_for(lab.session.changed(), 60)
        users = [await versions(url, 8) for _ in range(12)]
        assert all(len(seen) == 1 for seen in users)
        assert {version for seen in users for version in seen} == {"1.0", "1.1"}
        assert await versions(url, 8, headers={"X-Lab-Pool": "canary"}) == {"1.1"}
        assert await versions(url, 8, headers={"X-Lab-Pool": "baseline"}) == {"1.0"}
        assert await lab.session.give(o.Abort())
        assert not await releasing

    steps = [{"weight": "40%", "for": "60s"}]
    on_docker(setup(rate=5, servers=1, cattle=strategy("canary", steps=steps, sticky=True)), story)
