"""A session that was saved can be played again."""

import asyncio

import pytest

from lab.engines.choose import choose
from lab.resources import scenarios
from lab.scenario.loader import load
from lab.scenario.player import play
from lab.scenario.saving import saved

SHIPPED = sorted(scenarios().glob("*.yaml"))


def played(path):
    """The events of a scenario on the simulator."""
    events, choice = [], choose("sim")
    with asyncio.Runner(loop_factory=choice.loop_factory) as runner:
        runner.run(play(load(path), choice, session="x", emit=lambda event, state: events.append(event)))
    return events


def orders(events):
    given = [event for event in events if event.kind == "order-given"]
    return sorted((order.verb, str(order.arguments), order.fleets) for order in given)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_saved_session_gives_the_same_orders_again(path, tmp_path):
    events = played(path)
    copy = tmp_path / "saved.yaml"
    copy.write_text(saved(path.read_text(), events, "calm-otter"))
    again = played(copy)
    assert orders(events) == orders(again)
    assert again[-1].reason == "finished"


def test_an_order_that_failed_may_fail_again(tmp_path):
    events = played(next(path for path in SHIPPED if path.stem == "repository-down"))
    text = saved(SHIPPED[0].read_text(), events, "calm-otter")
    failed = any(event.kind == "order-ended" and not event.ok for event in events)
    assert failed and "may-fail: true" in text
