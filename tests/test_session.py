import asyncio

import pytest

from lab.engines.base import EngineUnusableError
from lab.engines.sim.engine import SimEngine
from lab.model import events as e
from lab.model import orders as o
from lab.model.state import LabState, fold_all
from tests.support import Lab, on_sim, setup, strategy


def test_the_clock_starts_when_the_fleets_serve():
    async def story(lab):
        assert lab.session.clock.now() == 0
        await asyncio.sleep(1)

    lab = on_sim(setup(), story)
    kinds = [type(event) for event in lab.events]
    started = kinds.index(e.ClockStarted)
    assert kinds.count(e.ServerAdmitted) == 8
    assert e.ServerAdmitted not in kinds[started:]
    assert all(event.at == 0 for event in lab.events[:started])


def test_lab_time_never_runs_backwards():
    async def story(lab):
        await lab.session.give(o.Release(version="1.1"))
        await lab.session.give(o.Reboot(server=1))

    times = [event.at for event in on_sim(setup(), story).events]
    assert times == sorted(times)


def test_the_state_is_the_fold_of_the_events():
    async def story(lab):
        await lab.session.give(o.Release(version="1.1"))
        await lab.session.give(o.Kill(server=2))
        await lab.session.give(o.Rollback())

    lab = on_sim(setup(), story)
    assert fold_all(lab.events) == lab.session.state


def test_every_order_ends_once_on_each_of_its_fleets():
    async def story(lab):
        await lab.session.give(o.Say(text="hello"))
        await lab.session.give(o.Release(version="1.1"), ["cattle"])
        await lab.session.give(o.Traffic(rate=10.0))
        await lab.session.give(o.Fault(step="install", count=1))

    lab = on_sim(setup(), story)
    given = [(event.order, fleet) for event in lab.of(e.OrderGiven) for fleet in event.fleets]
    assert sorted(given) == sorted((event.order, event.fleet) for event in lab.of(e.OrderEnded))
    assert [event.fleets for event in lab.of(e.OrderGiven)][1] == ("cattle",)


def test_an_order_to_a_server_that_is_not_there_fails_with_its_number():
    async def story(lab):
        await lab.session.give(o.Kill(server=2), ["pets"])
        assert not await lab.session.give(o.Kill(server=2), ["pets"])
        assert lab.session.state.failures[-1].detail == "pets has no running server 2"

    on_sim(setup(), story)


def test_waiting_ends_as_soon_as_the_figures_are_so():
    async def story(lab):
        asyncio.get_running_loop().call_later(3, lambda: killing.append(asyncio.ensure_future(kill(lab))))
        assert await lab.session.give(o.WaitUntil(healthy=">= 3", servers=3, fleet="pets", within="1m"))
        assert 3 <= lab.session.clock.now() < 4

    async def kill(lab):
        await lab.session.give(o.Kill(server=1), ["pets"])

    killing: list = []
    on_sim(setup(), story)


def test_waiting_in_vain_fails_at_the_deadline_and_says_what_was_missing():
    async def story(lab):
        assert not await lab.session.give(o.WaitUntil(version="1.1", within=5.0, fleet="pets"))
        assert lab.session.clock.now() == pytest.approx(5)
        assert lab.session.state.failures[-1].detail == "pets not so within 5 s: version: expected 1.1, got 1.0"

    on_sim(setup(), story)


def test_the_traffic_can_be_changed_and_stopped():
    async def story(lab):
        await asyncio.sleep(2)
        await lab.session.give(o.Traffic(rate=10.0))
        await asyncio.sleep(2)
        await lab.session.give(o.Traffic(rate=0.0))
        await asyncio.sleep(10)

    lab = on_sim(setup(rate=100), story)
    assert lab.scores["pets"].requests["sent"] == 220
    assert lab.session.state.rate == 0


def test_a_second_release_while_one_runs_is_refused_and_disturbs_nothing():
    async def story(lab):
        first = asyncio.ensure_future(lab.session.give(o.Release(version="1.1")))
        await asyncio.sleep(0.1)
        assert not await lab.session.give(o.Rollback())
        assert "in the middle of a release" in lab.session.state.failures[-1].detail
        assert await first

    lab = on_sim(setup(), story)
    assert {score.declared_version for score in lab.scores.values()} == {"1.1"}
    assert lab.scores["cattle"].versions == {"1.1": 4}


def test_after_every_release_and_roll_back_the_fleet_is_scanned_even_if_it_failed():
    async def story(lab):
        await lab.session.give(o.Fault(step="install", server=1))
        await lab.session.give(o.Release(version="1.1"))
        await lab.session.give(o.Rollback())

    lab = on_sim(setup(pets=strategy("in-place")), story)
    assert [event.after for event in lab.of(e.Scanned)] == ["release", "rollback", "end"]


def test_a_server_that_dies_while_it_is_scanned_is_left_out():
    async def story(lab):
        lab.engine._machines["pets-2"].on = False
        await lab.session.give(o.Scan(), ["pets"])

    scanned = on_sim(setup(), story).of(e.Scanned)[0]
    assert [server.server for server in scanned.servers] == ["pets-1", "pets-3", "pets-4"]


class DyingEngine(SimEngine):
    """A simulator that gives up at the first operation: stands for an engine that dies half-way."""

    async def apply(self, server, operation):
        raise EngineUnusableError("the engine is gone")


def test_an_engine_that_dies_is_no_failure_of_an_order_but_the_end():
    async def run():
        lab = Lab(setup(), DyingEngine())
        await lab.session.open("a test")
        with pytest.raises(EngineUnusableError, match="gone"):
            await lab.session.give(o.Release(version="1.1"))
        return lab

    from lab.engines.sim.clock import VirtualLoop

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        assert runner.run(run()).session.state != LabState()
