"""The frame of the terminal UI: themes, help, ways out; and rules that every part of it keeps."""

import asyncio
import importlib
import os
import pkgutil
import signal

import pytest
from textual.binding import Binding
from textual.dom import DOMNode

import lab.tui
from lab.tui.app import LabApp
from lab.tui.screens.home import HomeScreen
from lab.tui.screens.lab import LabScreen
from lab.tui.screens.leave import LeaveScreen
from lab.tui.settings import Settings
from lab.tui.themes import THEMES
from lab.tui.widgets.fleet_grid import FleetGrid
from lab.tui.widgets.panel import Panel
from lab.tui.widgets.trends import Trends
from tests.tui.opened import QUIET, panels, replayed, running, settled, text_of, told
from tests.tui.piloting import piloted, until

for module in pkgutil.walk_packages(lab.tui.__path__, "lab.tui."):
    importlib.import_module(module.name)


def heirs(kind):
    """All classes of the UI that inherit from a class."""
    found = {heir for child in kind.__subclasses__() for heir in (child, *heirs(child))}
    return {heir for heir in found if heir.__module__.startswith("lab.tui")} | {
        heir for child in kind.__subclasses__() for heir in heirs(child)
    }


OURS = sorted(heirs(DOMNode), key=lambda kind: kind.__qualname__)
MADE = ("_css", "_reactive", "_decorated", "_merged", "_inherit", "_computes", "_abc")
"""What the library itself writes into every class."""

MEANT = {"App._fatal_error"}
"""Taken with purpose: the only place at which the library can be kept from printing a traceback."""


def assigned(kind):
    """The names that a class sets on itself in its methods, and those that it defines."""
    codes = [member.__code__ for member in vars(kind).values() if hasattr(member, "__code__")]
    return {name for code in codes for name in code.co_names if name.startswith("_")}, {*vars(kind)}


# Rules


@pytest.mark.parametrize("kind", OURS, ids=lambda kind: kind.__name__)
def test_no_class_takes_a_private_name_of_the_library_for_its_own(kind):
    own = {name for name in vars(kind) if name.startswith("_") and not name.startswith(("__", *MADE))}
    bases = [base for base in kind.__mro__[1:] if base.__module__.startswith("textual")]
    assert not {f"{base.__name__}.{name}" for base in bases for name in own & {*vars(base)}} - MEANT


@pytest.mark.parametrize("kind", OURS, ids=lambda kind: kind.__name__)
def test_every_key_has_a_name_so_that_it_can_be_changed(kind):
    own = vars(kind).get("BINDINGS", [])
    assert all(isinstance(binding, Binding) and binding.id for binding in own)


def test_no_two_keys_of_one_class_have_the_same_name():
    for kind in OURS:
        names = [binding.id for binding in vars(kind).get("BINDINGS", [])]
        assert len(names) == len({*names}), kind


@pytest.mark.parametrize("kind", sorted(heirs(Panel), key=lambda kind: kind.__name__), ids=lambda kind: kind.__name__)
def test_every_panel_has_a_title_and_help(kind):
    if not kind.__subclasses__():  # others are what panels have in common
        assert kind.TITLE and kind.HELP.strip()


# Looks


@piloted
async def test_another_theme_from_the_palette_redraws_what_is_seen():
    async with replayed(at=28.0) as (app, pilot):
        dark = colours(app)
        await pilot.press("ctrl+p")
        await pilot.pause()
        await pilot.press(*"theme", "down", "enter")
        await until(pilot, lambda: app.screen.query("Input"))
        app.theme = "lab-light"
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, LabScreen))
        await settled(pilot)
        assert not colours(app) & dark


@pytest.mark.parametrize("theme", [theme.name for theme in THEMES])
@piloted
async def test_each_theme_can_be_begun_with(theme):
    async with replayed(at=28.0, theme=theme) as (app, _):
        assert app.theme == theme
        assert len(panels(app)) == 6


@piloted
async def test_without_colours_versions_are_told_apart_by_letters(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    async with replayed(at=28.0) as (app, _):
        assert "b 1.1" in text_of(app.screen.query(FleetGrid).last())
        assert "✖" in text_of(app.screen.query(Trends).first())
        assert all(len({*colour.triplet}) == 1 for colour in all_colours(app) if colour and colour.triplet)


def all_colours(app):
    strips = app.screen._compositor.render_strips(app.screen.size)
    styles = [segment.style for strip in strips for segment in strip if segment.style]
    return [colour for style in styles for colour in (style.color, style.bgcolor)]


def colours(app):
    """The colours of what the versions of servers are drawn in."""
    grid = app.screen.query(FleetGrid).first()
    return {
        segment.style.color for y in range(1, 5) for segment in grid.render_line(y) if segment.text.startswith("c ")
    }


# Ways in and out


@piloted
async def test_a_scenario_with_mistakes_is_told_and_not_played(tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text(QUIET.replace("blue-green", "blue-gren"))
    app = LabApp(Settings(engine="sim"))
    async with app.run_test(notifications=True) as pilot:
        app.post_message(HomeScreen.Play(path, "sim"))
        await until(pilot, lambda: "did you mean blue-green?" in told(app))
        assert app.live is None


@piloted
async def test_a_journal_that_was_opened_from_the_command_line_is_left_for_the_shell():
    async with replayed() as (app, pilot):
        await pilot.press("q")
        await until(pilot, lambda: not app.is_running)
        assert app.return_code == 0


@piloted
async def test_ctrl_q_leaves_home_at_once_and_asks_where_a_session_runs(tmp_path):
    app = LabApp(Settings(engine="sim"))
    async with app.run_test() as pilot:
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))
        await pilot.press("ctrl+q")
        await until(pilot, lambda: not app.is_running)
    async with running(tmp_path) as (app, pilot):
        await pilot.press("ctrl+q")
        await until(pilot, lambda: isinstance(app.screen, LeaveScreen))


@piloted
async def test_a_signal_ends_the_session_and_then_the_program(tmp_path):
    async with running(tmp_path) as (app, _):
        live = app.live
        os.kill(os.getpid(), signal.SIGTERM)
        async with asyncio.timeout(20):
            while not live.ended or app.is_running:  # noqa: ASYNC110  (it ends in another thread)
                await asyncio.sleep(0.01)
        assert app.return_code == 130
        assert live.error is None


@piloted
async def test_an_engine_that_cannot_be_used_is_told_and_home_is_there_again(tmp_path):
    path = tmp_path / "quiet.yaml"
    path.write_text(QUIET)
    app = LabApp(Settings())
    async with app.run_test(notifications=True) as pilot:
        app.post_message(HomeScreen.Play(path, "elsewhere"))
        await until(pilot, lambda: "elsewhere" in told(app))
        await pilot.press("q")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))
