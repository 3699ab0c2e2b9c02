import asyncio

import pytest

from lab.model import orders as o
from lab.model.events import HealthChanged, ServerKilled, ServerLaunched, ServerReplaced
from tests.support import on_sim, setup, strategy


def test_a_killed_server_of_an_immutable_fleet_is_replaced_and_one_of_a_mutable_is_not():
    async def story(lab):
        await lab.session.give(o.Kill(server=2))
        await asyncio.sleep(10)

    lab = on_sim(setup(), story)
    (replaced,) = lab.of(ServerReplaced)
    assert (replaced.fleet, replaced.server, replaced.by) == ("cattle", "cattle-2", "cattle-2-2")
    assert (lab.scores["cattle"].servers, lab.scores["pets"].servers) == (4, 3)
    assert lab.scores["cattle"].replaced_servers == 1


def test_it_begins_only_when_the_proxy_has_seen_the_server_unwell_for_a_while():
    async def story(lab):
        await lab.session.give(o.Kill(server=2), ["cattle"])
        await asyncio.sleep(10)

    lab = on_sim(setup(), story)
    noticed = next(event.at for event in lab.of(HealthChanged) if not event.healthy)
    launched = next(event.at for event in lab.of(ServerLaunched) if event.at > 0)
    assert launched - noticed >= 1.5
    assert lab.scores["cattle"].recovery_seconds == pytest.approx(lab.of(ServerReplaced)[0].at - noticed, abs=0.001)


def test_a_service_that_is_only_restarted_is_left_alone():
    async def story(lab):
        await lab.session.give(o.Ssh(server=2, restart=True))
        await lab.session.give(o.Reboot(server=3))
        await asyncio.sleep(10)

    assert on_sim(setup(), story).of(ServerReplaced) == []


def test_a_zone_failure_takes_a_third_and_the_immutable_fleet_comes_back_by_itself():
    async def story(lab):
        await lab.session.give(o.ZoneFailure())
        assert len([event for event in lab.of(ServerKilled) if event.fleet == "cattle"]) == 2
        assert lab.scores["cattle"].servers == 4
        await asyncio.sleep(20)

    lab = on_sim(setup(servers=6), story)
    assert (lab.scores["cattle"].healthy, lab.scores["pets"].healthy) == (6, 4)
    assert lab.scores["cattle"].distinct_states == 1


def test_a_rebuilt_server_follows_the_runbook_and_lacks_what_was_done_by_hand():
    async def story(lab):
        await lab.session.give(o.Release(version="1.1"))
        await lab.session.give(o.Ssh(servers=[1, 2], write={"path": "/etc/motd", "content": "by hand"}))
        await lab.session.give(o.Kill(server=2))
        await lab.session.give(o.Rebuild())
        await lab.session.give(o.Scan())

    lab = on_sim(setup(pets=strategy("in-place")), story)
    score = lab.scores["pets"]
    assert (score.servers, score.healthy, dict(score.versions)) == (4, 4, {"1.1": 4})
    assert score.drifted_servers == 1, "server 1 keeps its edit, the rebuilt server 2 has none"
    assert score.replaced_servers == 1
    assert score.recovery_seconds > 1


def test_a_server_lost_during_a_release_is_replaced_after_it():
    async def story(lab):
        releasing = asyncio.ensure_future(lab.session.give(o.Release(version="1.1")))
        await asyncio.sleep(4)
        await lab.session.give(o.Kill(server=1), ["cattle"])
        assert await releasing
        await asyncio.sleep(10)

    lab = on_sim(setup(cattle=strategy("rolling")), story)
    assert lab.scores["cattle"].versions == {"1.1": 4}


def test_a_release_given_while_a_server_is_replaced_waits_for_it():
    async def story(lab):
        await lab.session.give(o.Kill(server=1), ["cattle"])
        while not any(event.at > 0 for event in lab.of(ServerLaunched)):
            await lab.session.changed()
        assert await lab.session.give(o.Release(version="1.1"), ["cattle"])

    assert on_sim(setup(cattle=strategy("rolling")), story).scores["cattle"].versions == {"1.1": 4}
