import asyncio

import pytest

from lab.engines.base import EngineUnusableError
from lab.engines.choose import Choice, choose
from lab.engines.sim.clock import VirtualLoop
from lab.engines.sim.engine import SimEngine
from lab.model import events as e
from lab.scenario.loader import load_text
from lab.scenario.player import play

HEAD = """
title: A test
service:
  versions:
    "1.0": {packages: {libpay: "1.0"}}
    "1.1": {from: "1.0", packages: {libpay: "1.1"}}
traffic: {rate: 20/s}
fleets:
  pets: {servers: 2, version: "1.0", strategy: in-place}
  cattle: {servers: 2, version: "1.0", strategy: rolling}
"""


def played(steps, *, choice=None, keep=False, trouble=None):
    """The events of a scenario with these steps, and what it raised."""
    events = []
    scenario = load_text(HEAD + steps, "test.yaml")
    choice = choice or choose("sim")

    async def run():
        await play(scenario, choice, session="t", emit=lambda event, state: events.append(event), keep=keep)

    with asyncio.Runner(loop_factory=choice.loop_factory) as runner:
        if trouble:
            with pytest.raises(trouble):
                runner.run(run())
        else:
            runner.run(run())
    return events


def times(events, verb):
    return [event.at for event in events if isinstance(event, e.OrderGiven) and event.verb == verb]


def closed(events):
    assert isinstance(events[-1], e.SessionClosed)
    return events[-1]


def test_a_step_with_a_time_begins_then_though_earlier_ones_still_run():
    events = played('steps: [{release: "1.1"}, {at: 1s, scan: {}}, {at: 2s, kill: {server: 1}}]')
    assert times(events, "scan") == [1.0]
    assert times(events, "kill") == [2.0]
    release = next(ev for ev in events if isinstance(ev, e.OrderEnded) and ev.verb == "release")
    assert release.at > 2


def test_a_step_without_a_time_begins_when_all_before_it_has_ended():
    events = played('steps: [{at: 1s, release: "1.1"}, {say: done}]')
    ended = [ev.at for ev in events if isinstance(ev, e.OrderEnded) and ev.verb == "release"]
    assert len(ended) == 2
    assert times(events, "say") == [max(ended)]


def test_expectations_are_held_against_the_scorecard_and_reported_each():
    events = played('steps: [{at: 2s, say: hi}]\nexpect: {pets: {sent: 40, dropped: "> 1"}, cattle: {version: "1.0"}}')
    lines = [(ev.fleet, ev.what, ev.expected, ev.got, ev.ok) for ev in events if isinstance(ev, e.ExpectationChecked)]
    assert lines == [
        ("pets", "sent", "40", 40, True),
        ("pets", "dropped", "> 1", 0, False),
        ("cattle", "version", "1.0", "1.0", True),
    ]
    assert not closed(events).ok


def test_a_session_in_which_all_held_ends_well():
    assert closed(played("steps: [{say: hi}]\nexpect: {pets: {dropped: 0}}")).ok


FAILING = """
steps:
  - fault: {step: install, server: 1}
  - release: "1.1"
    fleets: [pets]
    may-fail: MAY
  - say: after
expect: {pets: {servers: 2}}
"""


def test_a_failed_order_ends_the_timeline_but_the_scorecard_still_comes():
    events = played(FAILING.replace("MAY", "false"))
    assert times(events, "say") == []
    assert closed(events).reason == "stopped: release failed"
    assert not closed(events).ok
    assert any(isinstance(ev, e.ExpectationChecked) for ev in events)


def test_an_order_that_may_fail_stops_nothing():
    events = played(FAILING.replace("MAY", "true"))
    assert times(events, "say") != []
    assert closed(events).ok


class Recorded(SimEngine):
    """A simulator that notes how it was closed."""

    def __init__(self):
        super().__init__()
        self.closed = []

    async def close(self, keep=False):
        self.closed.append(keep)
        await super().close(keep)


def recorded(engine):
    return Choice(lambda: engine, "a test", VirtualLoop)


def test_the_engine_is_closed_and_kept_only_if_it_was_asked_for():
    for keep in (False, True):
        engine = Recorded()
        played("steps: [{say: hi}]", choice=recorded(engine), keep=keep)
        assert engine.closed == [keep]


class Interrupted(Recorded):
    async def changes(self, server):
        asyncio.current_task().get_loop().call_soon(self.story.cancel)
        await asyncio.Event().wait()

    async def open(self, world):
        self.story = asyncio.current_task()
        await super().open(world)


def test_an_interruption_closes_the_engine_keeps_nothing_and_is_passed_on():
    engine = Interrupted()
    events = played("steps: [{scan: {}}]", choice=recorded(engine), keep=True, trouble=asyncio.CancelledError)
    assert engine.closed == [False]
    assert closed(events).reason == "interrupted"


class Dying(Recorded):
    async def kill(self, server):
        raise EngineUnusableError("the engine is gone")


def test_an_engine_that_dies_ends_the_session_with_its_reason():
    engine = Dying()
    events = played("steps: [{kill: {server: 1}}]", choice=recorded(engine), trouble=EngineUnusableError)
    assert closed(events).reason == "the engine is gone"
    assert engine.closed == [False]
