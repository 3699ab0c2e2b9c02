import asyncio

import pytest

from lab.engines.base import ServerError
from lab.model import orders as o
from lab.model.events import HealthChanged, TrafficCounted
from lab.model.fleet import Server
from lab.model.histogram import middle
from tests.support import Lab, on_sim, setup, strategy


def server(lab: Lab, name: str) -> Server:
    return next(
        known for fleet in lab.session.fleets.values() for known in fleet.servers.values() if known.name == name
    )


def test_the_ledger_balances_and_both_fleets_get_the_same_number_of_requests():
    async def story(lab):
        await asyncio.sleep(20)
        await lab.session.give(o.Kill(server=1))
        await asyncio.sleep(30.5 - lab.session.clock.now())
        await lab.session.give(o.Traffic(rate=0.0))

    scores = on_sim(setup(rate=40), story).scores
    assert scores["pets"].requests["sent"] == scores["cattle"].requests["sent"] == 30.5 * 40
    for score in scores.values():
        assert score.requests["sent"] == sum(score.requests[k] for k in ("served", "error", "refused", "dropped"))


def test_a_killed_server_gets_traffic_until_the_proxy_has_noticed():
    async def story(lab):
        await asyncio.sleep(5)
        await lab.session.give(o.Kill(server=1), ["pets"])
        killed = lab.session.clock.now()
        await asyncio.sleep(5)
        noticed = [event for event in lab.of(HealthChanged) if event.server == "pets-1"]
        assert [event.healthy for event in noticed] == [False]
        assert 0.4 <= noticed[0].at - killed <= 0.6

    lab = on_sim(setup(rate=200), story)
    assert lab.scores["pets"].requests["refused"] == 0
    assert lab.scores["pets"].latency_ms["p50"] < 20 < 400 < lab.scores["pets"].latency_ms["p99"]


def test_once_the_proxy_has_noticed_no_request_meets_the_dead_server_any_more():
    async def story(lab):
        await asyncio.sleep(4)
        await lab.session.give(o.Kill(server=1), ["pets"])
        await asyncio.sleep(6)

    def late(counted):
        return sum(n for row in counted.rows for number, n in row.latency.items() if middle(number) > 0.4)

    counted = [event for event in on_sim(setup(rate=200), story).of(TrafficCounted) if event.fleet == "pets"]
    assert [event.at for event in counted if late(event)] == [5.0]


def test_a_fleet_of_one_keeps_requests_waiting_while_its_service_restarts():
    async def story(lab):
        await asyncio.sleep(2)
        await lab.session.give(o.Ssh(server=1, restart=True))
        await asyncio.sleep(2)

    score = on_sim(setup(rate=200, servers=1, pets=strategy("in-place")), story).scores["pets"]
    assert score.requests["refused"] == 0
    assert score.latency_ms["p50"] < 20 < 400 < score.latency_ms["p99"] < 600


def test_a_fleet_of_one_refuses_requests_while_its_machine_reboots():
    async def story(lab):
        await asyncio.sleep(2)
        await lab.session.give(o.Reboot(server=1))
        await asyncio.sleep(2)

    score = on_sim(setup(rate=200, servers=1, pets=strategy("in-place")), story).scores["pets"]
    assert 40 < score.requests["refused"] < 150


def test_a_reboot_loads_what_was_only_on_disk():
    async def story(lab):
        await lab.session.give(o.Ssh(server=2, install={"storefront": "1.1"}))
        assert lab.session.state.fleets["pets"].servers["pets-2"].version == "1.0"
        await lab.session.give(o.Reboot(server=2))
        assert lab.session.state.fleets["pets"].servers["pets-2"].version == "1.1"

    on_sim(setup(pets=strategy("in-place")), story)


def test_nothing_can_be_done_on_a_dead_machine():
    async def story(lab):
        dead = server(lab, "pets-1")
        await lab.session.give(o.Kill(server=1), ["pets"])
        for work in (lab.engine.observe(dead), lab.engine.changes(dead), lab.engine.kill(dead)):
            with pytest.raises(ServerError, match="pets-1"):
                await work

    on_sim(setup(), story)


def test_a_server_that_cannot_start_its_service_never_becomes_healthy():
    async def story(lab):
        await lab.session.give(o.Ssh(server=1, remove=["libpay"]))
        assert not await lab.session.give(o.Reboot(server=1))
        assert "did not become healthy" in lab.session.state.failures[-1].detail

    on_sim(setup(pets=strategy("in-place")), story)


def test_requests_are_counted_in_intervals_without_gaps():
    async def story(lab):
        await asyncio.sleep(3.25)

    counted = [event for event in on_sim(setup(), story).of(TrafficCounted) if event.fleet == "pets"]
    assert [(event.start, event.at) for event in counted] == [(0, 1), (1, 2), (2, 3), (3, 3.25)]


def test_the_same_seed_makes_the_same_events_and_another_seed_others():
    async def story(lab):
        await lab.session.give(o.Release(version="1.1"))
        await lab.session.give(o.Kill(server=2))
        await asyncio.sleep(3)

    first, second, other = (on_sim(setup(seed=seed), story).events for seed in (7, 7, 8))
    assert first == second
    assert first[1:] != other[1:]
