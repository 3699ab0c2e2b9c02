"""A session in its own thread: it is steered and asked without waiting for it, and always ends."""

import time

import pytest

from lab.engines.base import LabError
from lab.journal import read
from lab.model.orders import Release, Scan
from lab.resources import scenarios
from lab.scenario.loader import load, load_text
from lab.tui.live import Live, Plan

WITHIN = 20.0

QUIET = """\
title: Quiet
service: {versions: {"1.0": {}, "1.1": {from: "1.0"}}}
traffic: {rate: 20/s}
fleets:
  pets: {servers: 2, version: "1.0", strategy: in-place}
  cattle: {servers: 2, version: "1.0", strategy: blue-green}
steps:
  - say: It serves.
"""


@pytest.fixture(autouse=True)
def state_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_STATE_DIR", str(tmp_path / "state"))


@pytest.fixture
def begin():
    begun = []

    def begin(scenario, engine="sim", speed=20.0):
        live = Live(Plan(scenario, engine, speed))
        begun.append(live)
        live.start()
        return live

    yield begin
    for live in begun:
        live.close()
        assert live.wait(WITHIN)


@pytest.fixture
def quiet():
    return load_text(QUIET, "quiet.yaml")


def until(live, condition, what):
    deadline = time.monotonic() + WITHIN
    while not condition():
        assert time.monotonic() < deadline, f"not within {WITHIN:g} s: {what}"
        live.drain()
        time.sleep(0.01)


def test_an_order_that_is_given_shows_in_the_picture(begin, quiet):
    live = begin(quiet)
    until(live, lambda: live.picture.state.started, "it is set up")
    live.give(Release(version="1.1"), ("cattle",))
    until(live, lambda: dict(live.picture.state.fleets["cattle"].serving) == {"1.1": 2}, "cattle has been replaced")
    assert dict(live.picture.state.fleets["pets"].serving) == {"1.0": 2}


def test_what_is_drawn_is_what_the_journal_holds(begin, quiet):
    live = begin(quiet)
    until(live, lambda: live.picture.state.started, "it is set up")
    live.close()
    assert live.wait(WITHIN)
    live.drain()
    events = [*read(live.journal)]
    assert live.picture.state.closed == events[-1]
    assert (events[-1].reason, events[-1].ok) == ("closed", True)


def test_held_time_stands_still_and_a_step_lets_a_little_of_it_pass(begin, quiet):
    live = begin(quiet)
    until(live, lambda: live.picture.state.at > 2, "time passes")
    live.hold()
    held = live.ask(_now).result(WITHIN)
    assert live.ask(_now).result(WITHIN) == held
    live.step(3.0)
    until(live, lambda: live.ask(_now).result(WITHIN) >= held + 3, "the step")
    assert live.ask(_now).result(WITHIN) == pytest.approx(held + 3)
    live.go()
    until(live, lambda: live.picture.state.at > held + 4, "time passes again")


async def _now(session):
    return session.clock.now()


def test_a_scenario_s_own_steps_are_played_and_the_lab_goes_on_after_them(begin):
    live = begin(load(scenarios() / "pets-and-cattle.yaml"), speed=None)
    until(live, lambda: live.picture.state.expectations, "what it expects is checked")
    assert all(line.ok for line in live.picture.state.expectations)
    sent = live.picture.state.fleets["pets"].ledger.sent
    until(live, lambda: live.picture.state.fleets["pets"].ledger.sent > sent + 100, "traffic goes on")


def test_a_question_that_nobody_waits_for_any_more_does_the_session_no_harm(begin, quiet):
    live = begin(quiet)
    until(live, lambda: live.picture.state.started, "it is set up")
    for _ in range(50):
        live.ask(_now).cancel()
    assert live.ask(_now).result(WITHIN) >= 0
    assert live.error is None


def test_a_question_to_a_session_that_is_over_gets_an_error_and_no_silence(begin, quiet):
    live = begin(quiet)
    live.close()
    live.wait(WITHIN)
    with pytest.raises(LabError):
        live.ask(_now).result(WITHIN)


def test_a_session_can_be_closed_before_it_has_begun(quiet):
    live = Live(Plan(quiet, "sim"))
    live.close()
    live.start()
    assert live.wait(WITHIN)
    assert live.error is None


def test_an_engine_that_there_is_not_ends_it_with_the_reason(begin, quiet):
    live = begin(quiet, engine="elsewhere")
    assert live.wait(WITHIN)
    assert "elsewhere" in str(live.error)


def test_a_session_whose_screen_looks_away_stays_small_at_full_speed(begin, quiet):
    live = begin(quiet, speed=None)
    deadline = time.monotonic() + WITHIN
    while len(live._waiting) < 2_000 and time.monotonic() < deadline:
        time.sleep(0.01)
    time_passed = live.ask(_now).result(WITHIN)
    while live.ask(_now).result(WITHIN) < time_passed + 3600 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(live._waiting) < 3_000
    live.give(Scan())
    live.close()
    assert live.wait(WITHIN)
