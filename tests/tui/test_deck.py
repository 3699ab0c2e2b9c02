"""The deck: the newest picture of a session, or one of the past, without ever waiting for either."""

import math
import time

import pytest

from lab.journal import read
from lab.model.state import fold_all
from lab.scenario.loader import load_text
from lab.tui.deck import SPEEDS, Deck
from lab.tui.live import Live, Plan
from tests.tui.opened import QUIET, SWITCH

WITHIN = 20.0
EVENTS = [*read(SWITCH)]
END = EVENTS[-1].at


@pytest.fixture
def replay():
    deck = Deck(path=SWITCH)
    until(deck, lambda: deck.end == END)
    deck.seek(0.0)
    yield deck
    deck.close()


@pytest.fixture
def live():
    live = Live(Plan(load_text(QUIET, "quiet.yaml"), "sim", 20.0))
    live.start()
    yield live
    live.close()
    assert live.wait(WITHIN)


def until(deck, condition):
    deadline = time.monotonic() + WITHIN
    while not condition():
        assert time.monotonic() < deadline
        deck.tick()
        time.sleep(0.005)


def folded(at):
    return fold_all([event for event in EVENTS if event.at <= at])


def test_a_replay_plays_from_its_beginning_at_the_speed_of_the_lab():
    deck = Deck(path=SWITCH)
    until(deck, lambda: deck.at > 0.2)
    assert (deck.playing, deck.stands, deck.pace) == (True, False, 1.0)
    deck.close()


@pytest.mark.parametrize(("asked", "shown"), [(-3.0, 0.0), (9.6, 9.6), (21.0, 21.0), (math.inf, END)])
def test_a_seek_shows_that_moment_or_the_nearest_one_and_stays_there(replay, asked, shown):
    replay.seek(asked)
    until(replay, lambda: replay.settled)
    assert (replay.at, replay.stands) == (shown, True)
    assert replay.picture.state == folded(shown)


def test_what_stands_still_is_read_once_also_in_the_middle(replay):
    replay.seek(10.0)
    until(replay, lambda: replay.settled)
    shown = replay.picture
    assert not any(replay.tick() for _ in range(20))
    assert replay.picture is shown


def test_it_can_be_paused_and_goes_on_from_there(replay):
    replay.seek(10.0)
    replay.pause()
    until(replay, lambda: replay.at > 10.05)
    replay.pause()
    stands = replay.at
    replay.tick()
    assert replay.at == stands


def test_as_fast_as_it_goes_is_at_the_end_at_once(replay):
    for _ in SPEEDS:
        replay.faster(1)
    assert replay.pace == math.inf
    replay.pause()
    until(replay, lambda: replay.at == END and replay.settled)
    assert replay.picture.state == folded(END)


def test_speeds_go_up_and_down_in_their_order_and_no_further(replay):
    gone_through = []
    for _ in range(len(SPEEDS) + 2):
        replay.faster(1)
        gone_through.append(replay.speed)
    for _ in range(len(SPEEDS) + 2):
        replay.faster(-1)
        gone_through.append(replay.speed)
    assert [*dict.fromkeys(gone_through)] == [2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0, math.inf, 1.0, 0.5, 0.25]
    assert replay.speed == SPEEDS[0]


def test_orders_are_marked_at_their_time(replay):
    assert replay.marks == tuple(sorted(event.at for event in EVENTS if event.kind == "order-given"))


def test_a_file_that_is_no_journal_is_an_error_and_no_more_is_read(tmp_path):
    path = tmp_path / "no.jsonl"
    path.write_text("rubbish\n")
    deck = Deck(path=path)
    until(deck, lambda: deck.error)
    assert "no.jsonl" in str(deck.error)
    assert not any(deck.tick() for _ in range(10))
    deck.close()


def test_the_past_of_a_session_stands_while_the_session_goes_on(live):
    deck = Deck(live)
    until(deck, lambda: deck.end > 8)
    deck.skip(-4.0)
    until(deck, lambda: deck.settled)
    at, shown, newest = deck.at, deck.picture.state, deck.end
    assert shown.at <= at < newest
    until(deck, lambda: deck.end > newest + 2)
    assert (deck.at, deck.picture.state) == (at, shown)
    deck.now()
    assert deck.picture is live.picture
    deck.close()


def test_pause_holds_the_session_itself_where_its_time_can_be_held(live):
    deck = Deck(live)
    until(deck, lambda: deck.end > 1)
    deck.pause()
    assert live.held and deck.stands
    deck.skip(-0.5)
    deck.pause()  # in the past it is only the showing
    assert live.held and deck.playing
    deck.now()
    deck.pause()
    assert not live.held
    deck.close()
