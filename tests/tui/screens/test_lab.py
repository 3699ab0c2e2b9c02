"""The lab screen, driven by keys and mouse: on fixed journals, and on sessions that run on the simulator."""

import time

import pytest
from textual.widgets import Markdown

from lab.journal import Journal, read
from lab.model.orders import Release
from lab.model.state import fold_all
from lab.scenario.loader import load
from lab.tui.app import LabApp
from lab.tui.filter import Filter
from lab.tui.screens.home import HomeScreen
from lab.tui.screens.lab import COVERED, LabScreen
from lab.tui.screens.leave import LeaveScreen
from lab.tui.screens.order import OrderScreen
from lab.tui.settings import Settings
from lab.tui.widgets.filter_bar import FilterBar
from lab.tui.widgets.fleet_grid import FleetGrid
from lab.tui.widgets.key_bar import KeyBar
from lab.tui.widgets.seek_bar import SeekBar
from lab.tui.widgets.timeline import Timeline
from lab.tui.widgets.trends import Trends
from tests.tui.opened import (
    SWITCH,
    fleets,
    grid,
    lab_screen,
    panels,
    replayed,
    running,
    settled,
    show,
    text_of,
    told,
)
from tests.tui.piloting import piloted, until

EVENTS = [*read(SWITCH)]
ALL = ["Servers", "Trends", "Requests", "Drift", "Timeline", "Scorecard"]


def folded(at):
    return fold_all([event for event in EVENTS if event.at <= at])


def footer(app):
    return {key.does for key in app.screen.query_one(KeyBar).keys}


# What there is room for


@pytest.mark.parametrize(
    ("size", "seen", "shown"),
    [
        ((40, 10), ["pets"], ["Servers"]),
        ((80, 24), ["pets"], ["Servers", "Trends", "Timeline"]),
        ((120, 40), ["pets", "cattle"], ["Servers", "Trends", "Requests", "Timeline"]),
        ((160, 45), ["pets", "cattle"], ALL),
    ],
)
@piloted
async def test_as_much_is_seen_as_there_is_room_for(size, seen, shown):
    async with replayed(at=28.0, size=size) as (app, _):
        assert fleets(app) == seen
        assert panels(app) == shown


@piloted
async def test_another_size_keeps_what_is_selected_and_what_has_the_focus():
    async with replayed(at=28.0) as (app, pilot):
        await pilot.press("1", "right", "down")
        chosen, focused = grid(app, "cattle").selected, app.screen.focused
        assert chosen and focused is grid(app, "cattle")
        for size, seen in (((80, 24), ["cattle"]), ((40, 10), ["cattle"]), ((120, 40), ["pets", "cattle"])):
            await pilot.resize_terminal(*size)
            await until(pilot, lambda seen=seen: fleets(app) == seen)
            assert (grid(app, "cattle").selected, app.screen.focused) == (chosen, focused)


@piloted
async def test_small_fleets_leave_as_much_room_to_their_trends_as_to_their_servers():
    async with replayed(at=28.0) as (app, _):
        grids, trends = app.screen.query(FleetGrid), app.screen.query(Trends)
        assert abs(grids.first().size.height - trends.first().size.height) <= 1
        assert {panel.region.width for panel in (*grids, *trends)} == {grids.first().region.width}


# Panels


@pytest.mark.parametrize(("key", "title"), list(zip("123456", ALL, strict=True)))
@piloted
async def test_each_panel_has_a_key_that_brings_it_up_where_there_is_little_room(key, title):
    async with replayed(at=28.0, size=(80, 24)) as (app, pilot):
        await pilot.press("5", key)
        await until(pilot, lambda: getattr(app.screen.focused, "TITLE", "") == title)
        if title != "Requests":  # there is no room for it but when it is zoomed
            assert app.screen.focused.region.area


@piloted
async def test_the_same_key_again_goes_to_the_next_fleet_and_round():
    async with replayed(at=28.0) as (app, pilot):
        gone_to = []
        for _ in range(3):
            await pilot.press("2")
            await pilot.pause()
            gone_to.append(app.screen.focused.fleet)
        assert gone_to == ["pets", "cattle", "pets"]


@piloted
async def test_where_one_fleet_is_shown_its_key_shows_the_other():
    async with replayed(at=28.0, size=(80, 24)) as (app, pilot):
        await pilot.press("1")
        await until(pilot, lambda: fleets(app) == ["cattle"])
        assert "cattle-1-3" in text_of(grid(app, "cattle"))
        await pilot.press("1")
        await until(pilot, lambda: fleets(app) == ["pets"])


@piloted
async def test_zoom_lets_a_panel_fill_the_screen_and_goes_back():
    async with replayed(at=28.0) as (app, pilot):
        await pilot.press("4", "z")
        await until(pilot, lambda: panels(app) == ["Drift"])
        assert app.screen.focused.region.width > 150
        await pilot.press("z")
        await until(pilot, lambda: panels(app) == ALL)


@piloted
async def test_another_panel_can_be_gone_to_while_one_is_zoomed():
    async with replayed(at=28.0) as (app, pilot):
        await pilot.press("4", "z", "5")
        await until(pilot, lambda: isinstance(app.screen.focused, Timeline) and panels(app) == ALL)


@piloted
async def test_help_is_that_of_the_focused_panel_and_goes_again():
    async with replayed(at=28.0, size=(160, 60)) as (app, pilot):
        for key, words in (("1", "One cell for each server"), ("4", "differ from the declared state")):
            await pilot.press(key, "question_mark")
            await until(pilot, lambda words=words: words in app.screen.query_one("HelpPanel Markdown", Markdown).source)
            await pilot.press("question_mark")
            await until(pilot, lambda: not app.screen.query("HelpPanel"))


# Filters


@piloted
async def test_a_filter_works_while_it_is_typed_is_kept_by_enter_and_goes_with_escape():
    async with replayed(at=28.0) as (app, pilot):
        await pilot.press("slash", *"drifted")
        await until(pilot, lambda: "4 of 8 match" in str(grid(app, "pets").border_title))
        assert "0 of 16 match" in str(grid(app, "cattle").border_title)
        await pilot.press("enter")
        assert not app.screen.query_one(FilterBar).display
        assert "4 of 8 match" in str(grid(app, "pets").border_title)
        await pilot.press("slash", "escape")
        await until(pilot, lambda: "match" not in str(grid(app, "pets").border_title))
        assert not app.screen.query_one(FilterBar).display


@piloted
async def test_after_a_filter_the_focus_is_where_it_was():
    async with replayed(at=28.0) as (app, pilot):
        await pilot.press("1", "slash", *"1.1", "enter")
        await until(pilot, lambda: app.screen.focused is grid(app, "cattle"))
        await pilot.press("5", "slash", "escape")
        await until(pilot, lambda: isinstance(app.screen.focused, Timeline))


@piloted
async def test_a_filter_finds_lines_of_the_timeline_too():
    async with replayed(at=28.0) as (app, pilot):
        await pilot.press("slash", *"dropped", "enter")
        timeline = app.screen.query_one(Timeline)
        await until(pilot, lambda: timeline.count == 1)
        assert "1 request dropped" in text_of(timeline)


@piloted
async def test_words_that_servers_cannot_be_filtered_by_are_told_and_hide_none():
    async with replayed(at=28.0) as (app, pilot):
        await pilot.press("slash", *"pool:red", "enter")
        await until(pilot, lambda: "pool:red" in told(app))
        assert "main, blue, green" in told(app)
        assert "match" not in str(grid(app, "pets").border_title)


# Time, in a replay


@piloted
async def test_a_replay_plays_by_itself_pauses_and_goes_on():
    async with replayed() as (app, pilot):
        deck = app.screen.deck
        await until(pilot, lambda: deck.at > 0.3)
        await pilot.press("space")
        stands = deck.at
        await settled(pilot)
        assert (deck.stands, deck.at) == (True, stands)
        assert "replay ‖" in text_of(app.screen.query_one("StatusBar"))
        await pilot.press("space")
        await until(pilot, lambda: deck.at > stands)


@pytest.mark.parametrize("at", [0.0, 9.6, 18.1, 28.0, 37.8])
@piloted
async def test_any_moment_shows_the_fold_of_all_events_up_to_it(at):
    async with replayed(at=20.0) as (app, pilot):
        await show(pilot, at)
        assert app.screen.deck.picture.state == folded(at)


@piloted
async def test_brackets_go_back_and_forward_and_a_step_is_smaller():
    async with replayed(at=20.0) as (app, pilot):
        deck = app.screen.deck
        for key, at in (("left_square_bracket", 15.0), ("right_square_bracket", 20.0), ("full_stop", 21.0)):
            await pilot.press(key)
            await settled(pilot)
            assert deck.at == pytest.approx(at)
            assert deck.picture.state == folded(deck.at)


@piloted
async def test_a_click_on_the_seek_bar_goes_to_that_moment():
    async with replayed(at=5.0) as (app, pilot):
        bar = app.screen.query_one(SeekBar)
        await pilot.click(SeekBar, offset=(bar.size.width // 2, 0))
        await settled(pilot)
        assert 15 < app.screen.deck.at < 23
        assert app.screen.deck.picture.state == folded(app.screen.deck.at)


@piloted
async def test_speed_goes_up_and_down_and_is_shown():
    async with replayed(at=5.0) as (app, pilot):
        await pilot.press("plus")
        await until(pilot, lambda: "×2" in text_of(app.screen.query_one("StatusBar")))
        await pilot.press("minus", "minus")
        await until(pilot, lambda: "×0.5" in text_of(app.screen.query_one("StatusBar")))


@piloted
async def test_a_line_of_the_timeline_leads_back_to_its_moment_and_tells_its_command():
    async with replayed(at=28.0) as (app, pilot):
        await pilot.press("5", "end", *["up"] * 3, "enter")
        await settled(pilot)
        assert app.screen.deck.at == pytest.approx(24.8, abs=0.1)
        assert "storefront-status --expect 1.2" in told(app)


# Orders, in a replay


@piloted
async def test_a_replay_takes_no_orders_and_offers_none():
    async with replayed(at=28.0) as (app, pilot):
        assert not footer(app) & {"Release a version", "Roll back", "Orders", "Shell", "Save as scenario"}
        await pilot.press("r", "m", "e", "w")
        assert isinstance(app.screen, LabScreen)
        app.order("release")
        await until(pilot, lambda: "recording" in told(app))
        assert isinstance(app.screen, LabScreen)


@piloted
async def test_a_viewer_sees_the_newest_as_it_comes_and_can_only_look(tmp_path):
    path = tmp_path / "grows.jsonl"
    cut = next(place for place, event in enumerate(EVENTS) if event.at > 15)
    with Journal(path) as journal:
        for event in EVENTS[:cut]:
            journal.write(event)
        async with replayed(path, watching=True) as (app, pilot):
            deck = app.screen.deck
            await until(pilot, lambda: deck.picture.state == fold_all(EVENTS[:cut]))
            await pilot.press("r")
            assert isinstance(app.screen, LabScreen)
            for event in EVENTS[cut:]:
                journal.write(event)
            await until(pilot, lambda: deck.picture.state == fold_all(EVENTS))


@piloted
async def test_a_journal_that_is_damaged_is_said_to_be_once(tmp_path):
    path = tmp_path / "damaged.jsonl"
    lines = SWITCH.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:60], b"rubbish\n", *lines[60:]]))
    app = LabApp(Settings(), path)
    async with app.run_test(notifications=True) as pilot:
        await until(pilot, lambda: "damaged.jsonl" in told(app))
        app.screen.tick()
        assert len(app._notifications) == 1


# Sessions that run


@piloted
async def test_the_simulators_time_is_held_stepped_and_goes_faster(tmp_path):
    async with running(tmp_path) as (app, pilot):
        live = app.live
        await pilot.press("space")
        await until(pilot, lambda: "held" in text_of(app.screen.query_one("StatusBar")))
        before = live.picture.state.at
        await pilot.press("full_stop")
        await until(pilot, lambda: live.picture.state.at > before)
        assert live.held
        await pilot.press("space", "plus", "plus")
        await until(pilot, lambda: not live.held and live.speed == 5)
        await until(pilot, lambda: "×5" in text_of(app.screen.query_one("StatusBar")))


@piloted
async def test_the_past_can_be_looked_at_while_the_session_goes_on_and_v_leads_back(tmp_path):
    async with running(tmp_path, speed=20.0) as (app, pilot):
        deck, live = app.screen.deck, app.live
        await until(pilot, lambda: deck.end > 12)
        await pilot.press("left_square_bracket", "left_square_bracket")
        await until(pilot, lambda: deck.settled and not deck.following)
        shown, newest = deck.picture.state.at, live.picture.state.at
        assert shown <= deck.at
        await until(pilot, lambda: live.picture.state.at > newest + 1)
        assert deck.picture.state.at == shown
        assert "◀ past" in text_of(app.screen.query_one("StatusBar"))
        await pilot.press("v")
        await until(pilot, lambda: deck.following and deck.picture is live.picture)


@piloted
async def test_an_order_is_given_to_the_present_also_from_the_past(tmp_path):
    async with running(tmp_path, speed=20.0) as (app, pilot):
        deck, live = app.screen.deck, app.live
        await until(pilot, lambda: deck.end > 6)
        await pilot.press("left_square_bracket", "d")
        await until(pilot, lambda: isinstance(app.screen, OrderScreen))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: live.picture.state.fleets["cattle"].scanned_at)
        assert deck.following


@piloted
async def test_a_release_that_is_given_by_keys_comes(tmp_path):
    async with running(tmp_path, speed=20.0) as (app, pilot):
        await pilot.press("r")
        await until(pilot, lambda: isinstance(app.screen, OrderScreen))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: dict(app.live.picture.state.fleets["cattle"].serving) == {"1.1": 2})
        assert "Release a version" in footer(app)


@piloted
async def test_w_saves_a_scenario_that_can_be_loaded(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    async with running(tmp_path, speed=20.0) as (app, pilot):
        app.live.give(Release(version="1.1"))
        await until(pilot, lambda: app.live.picture.state.orders)
        await pilot.press("w")
        await until(pilot, lambda: "Saved as a scenario" in told(app))
        path = tmp_path / f"{app.live.name}.yaml"
        assert path.name in told(app)
        assert any(isinstance(step.order, Release) for step in load(path).steps)


@piloted
async def test_q_asks_and_the_session_ends_or_goes_on_as_it_is_answered(tmp_path):
    async with running(tmp_path) as (app, pilot):
        await pilot.press("q")
        await until(pilot, lambda: isinstance(app.screen, LeaveScreen))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, LabScreen))
        assert not app.live.ended
        live = app.live
        await pilot.press("q", "r")
        await until(pilot, lambda: live.ended and isinstance(app.screen, HomeScreen))
        assert live.error is None


@piloted
async def test_the_filter_that_was_chosen_is_that_of_the_grids():
    async with replayed(at=28.0) as (app, pilot):
        await pilot.press("slash", *"!1.2", "enter")
        await until(pilot, lambda: grid(app, "pets")._look.chosen == Filter.parse("!1.2"))
        assert lab_screen(app).query_one(FilterBar).value == "!1.2"


# Below a dialog


@piloted
async def test_below_a_dialog_the_screen_goes_on_but_not_with_every_frame(tmp_path, monkeypatch):
    async with running(tmp_path, speed=20.0) as (app, pilot):
        screen, shown = lab_screen(app), []
        await pilot.press("q")
        await until(pilot, lambda: isinstance(app.screen, LeaveScreen))
        monkeypatch.setattr(screen, "_show", lambda: shown.append(screen.deck.picture.state.at))
        began, lab = time.monotonic(), screen.deck.picture.state.at
        await until(pilot, lambda: shown and screen.deck.picture.state.at > lab + 20)
        assert len(shown) <= 1 + (time.monotonic() - began) / COVERED
