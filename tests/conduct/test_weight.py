"""A canary's weight, set by hand in the middle of a release, as a scenario has it."""

import asyncio

from lab.engines.choose import choose
from lab.model.events import RoutingChanged, SessionClosed
from lab.scenario.loader import load_text
from lab.scenario.player import play

SCENARIO = """
title: A canary that is given more
service:
  versions:
    "1.0": {packages: {libpay: "1.0"}}
    "1.1": {from: "1.0", packages: {libpay: "1.1"}}
traffic: {rate: 200/s}
fleets:
  cattle:
    servers: 2
    version: "1.0"
    strategy: {canary: {steps: [{weight: 5%, for: 20s}, {weight: 25%, for: 20s}]}}
steps:
  - release: "1.1"
  - {at: 10s, weight: 40%}
expect:
  cattle: {version: "1.1", refused: 0, dropped: 0}
"""


def test_a_scenario_can_give_a_canary_more_than_its_stage_does():
    events = []
    choice = choose("sim")
    scenario = load_text(SCENARIO, "weight.yaml")
    with asyncio.Runner(loop_factory=choice.loop_factory) as runner:
        runner.run(play(scenario, choice, session="t", emit=lambda event, state: events.append(event)))
    moved = [(event.at, event.shares.get("canary", 0)) for event in events if isinstance(event, RoutingChanged)]
    assert [share for _, share in moved] == [0, 0.05, 0.4, 0.25, 0]
    assert moved[2][0] == 10.0
    assert isinstance(events[-1], SessionClosed) and events[-1].ok
