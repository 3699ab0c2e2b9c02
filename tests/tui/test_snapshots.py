"""Screens as they look at fixed moments of fixed journals, over sizes and themes.

`pytest tests/tui/test_snapshots.py --snapshot-update` takes new ones; look at each before it is kept.
"""

import pytest

from lab.tui.app import LabApp
from lab.tui.settings import Settings
from lab.tui.widgets.fleet_grid import FleetGrid
from tests.tui.opened import CANARY, SWITCH, settled, show
from tests.tui.piloting import until

SIZES = {"tiny": (40, 10), "small": (80, 24), "both": (120, 40), "all": (160, 45)}

LAB = [
    ("tiny", "lab-dark", SWITCH, 28.0),
    ("small", "lab-dark", SWITCH, 28.0),
    ("small", "lab-contrast", SWITCH, 8.0),
    ("both", "lab-dark", CANARY, 6.0),
    ("both", "lab-light", SWITCH, 18.4),
    ("all", "lab-dark", SWITCH, 28.0),
    ("all", "lab-light", SWITCH, 37.0),
    ("all", "lab-contrast", CANARY, 13.0),
]


@pytest.fixture
def looks_the_same(snap_compare):
    """Whether a journal at a moment, after some key presses, looks as it did."""

    def compare(size, theme, journal, at, *keys):
        async def before(pilot):
            app = pilot.app
            await until(pilot, lambda: app.screen.query(FleetGrid) and isinstance(app.screen.focused, FleetGrid))
            await show(pilot, at)
            for key in keys:
                await pilot.press(key)
                await settled(pilot)

        app = LabApp(Settings(theme=theme), journal)
        app.animation_level = "none"
        return snap_compare(app, terminal_size=SIZES[size], run_before=before)

    return compare


@pytest.mark.parametrize(("size", "theme", "journal", "at"), LAB, ids=lambda part: getattr(part, "stem", str(part)))
def test_the_lab_screen(looks_the_same, size, theme, journal, at):
    assert looks_the_same(size, theme, journal, at)


@pytest.mark.parametrize(("size", "journal", "at"), [("small", CANARY, 6.0), ("all", SWITCH, 28.0)])
def test_without_colours_everything_can_be_read(looks_the_same, monkeypatch, size, journal, at):
    monkeypatch.setenv("NO_COLOR", "1")
    assert looks_the_same(size, "lab-dark", journal, at)


def test_a_panel_that_fills_the_screen(looks_the_same):
    assert looks_the_same("small", "lab-dark", SWITCH, 28.0, "4", "z")


def test_a_filter(looks_the_same):
    assert looks_the_same("both", "lab-dark", SWITCH, 28.0, "slash", *"drifted", "enter")


def test_a_recorded_server(looks_the_same):
    assert looks_the_same("small", "lab-dark", SWITCH, 28.0, "right", "right", "enter")


def test_the_help_of_a_panel(looks_the_same):
    assert looks_the_same("both", "lab-light", SWITCH, 28.0, "question_mark")
