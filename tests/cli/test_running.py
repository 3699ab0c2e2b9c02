"""A run in the foreground: whoever listens and fails ends it, and the lab is cleaned up all the same."""

import signal
from pathlib import Path

import pytest

from lab.cli.running import Run
from lab.engines.choose import choose
from lab.model.events import Event, SessionClosed, TrafficCounted
from lab.model.state import LabState
from lab.scenario.loader import load


@pytest.mark.parametrize("kind", ["traffic-counted", "order-ended", "scanned", "session-opened"])
def test_a_listener_that_fails_ends_the_run_whoever_told_it_of_the_event(kind: str, scenario: Path) -> None:
    heard: list[Event] = []

    def fails(event: Event, state: LabState) -> None:
        if event.kind == kind:
            raise ZeroDivisionError(kind)

    def hears(event: Event, state: LabState) -> None:
        heard.append(event)

    run = Run(load(scenario), choose("sim"), "test", [fails, hears])
    run.run()
    assert isinstance(run.error, ZeroDivisionError)
    closed = heard[-1]
    assert isinstance(closed, SessionClosed) and closed.reason == "interrupted"
    assert run.state.closed == closed


def test_a_run_that_nothing_disturbs_has_no_error_and_gives_signals_back(scenario: Path) -> None:
    before = signal.getsignal(signal.SIGTERM)
    heard: list[Event] = []
    run = Run(load(scenario), choose("sim"), "test", [lambda event, state: heard.append(event)])
    run.run()
    assert run.error is None and run.state.closed and run.state.closed.ok
    assert any(isinstance(event, TrafficCounted) for event in heard)
    assert signal.getsignal(signal.SIGTERM) == before
