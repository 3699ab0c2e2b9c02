"""The whole terminal UI for tests: opened at a fixed journal, or with a session that runs on the simulator."""

import contextlib
from pathlib import Path

from lab.tui.app import LabApp
from lab.tui.screens.home import HomeScreen
from lab.tui.screens.lab import LabScreen
from lab.tui.settings import Settings
from lab.tui.widgets.fleet_column import FleetColumn
from lab.tui.widgets.fleet_grid import FleetGrid
from lab.tui.widgets.panel import Panel
from lab.tui.widgets.resting import Resting
from tests.tui.piloting import until

JOURNALS = Path(__file__).with_name("journals")

SWITCH = JOURNALS / "switch.jsonl"
"""Two fleets of 8: `pets` with drift from 9.5 s on, one of them dead from 21.1 s; `cattle` that are switched at 18.1 s.

At 28 s a second pool of cattle is being looked at. The journal ends at 37.7 s.
"""

CANARY = JOURNALS / "canary.jsonl"
"""`rolling` and `canary`, 4 servers each; from 3.0 s to 11.0 s the canary gets 10 % of the traffic."""

QUIET = """\
title: Quiet
service: {versions: {"1.0": {config: {currency: EUR, timeout: 10}}, "1.1": {from: "1.0"}}}
traffic: {rate: 20/s}
fleets:
  pets: {servers: 2, version: "1.0", strategy: in-place}
  cattle: {servers: 2, version: "1.0", strategy: blue-green}
steps:
  - say: It serves.
"""


@contextlib.asynccontextmanager
async def replayed(journal=SWITCH, at=None, size=(160, 45), theme="lab-dark", watching=False):
    """A journal on the lab screen: at a moment, where it stands still, or as it is played from the beginning."""
    app = LabApp(Settings(theme=theme), journal, watching)
    app.animation_level = "none"
    async with app.run_test(size=size, notifications=True) as pilot:
        await until(pilot, lambda: app.screen.query(FleetGrid) and isinstance(app.screen.focused, FleetGrid))
        if at is not None:
            await show(pilot, at)
        yield app, pilot


async def show(pilot, at):
    """Go to a moment, and wait until all of it is drawn."""
    deck = lab_screen(pilot.app).deck
    deck.seek(at)
    await settled(pilot)


async def settled(pilot):
    """Wait until what is asked for is what is shown."""
    screen = lab_screen(pilot.app)
    await until(pilot, lambda: screen.deck.settled)
    screen.tick()
    seen = [panel for panel in screen.query(Resting) if panel.is_on_screen]
    await until(pilot, lambda: all(panel.settled for panel in seen))
    await pilot.pause()


@contextlib.asynccontextmanager
async def running(folder, scenario=QUIET, size=(160, 45), speed=1.0, settings=None):
    """A session that runs; `scenario` is YAML. What it writes is in `folder`, which is to be its state folder too."""
    path = folder / "scenario.yaml"
    path.write_text(scenario)
    app = LabApp(settings or Settings(engine="sim"))
    app.animation_level = "none"
    async with app.run_test(size=size, notifications=True) as pilot:
        app.post_message(HomeScreen.Play(path, app.settings.engine))
        await until(pilot, lambda: app.screen.query(FleetGrid) and isinstance(app.screen.focused, FleetGrid))
        live = app.live
        if speed != 1.0:
            live.pace(speed)
        try:
            yield app, pilot
        finally:
            live.close()
            await until(pilot, lambda: live.ended)


def lab_screen(app):
    return next(screen for screen in app.screen_stack if isinstance(screen, LabScreen))


def told(app):
    """All that notifications say just now."""
    return " ".join(f"{note.title} {note.message}" for note in app._notifications)


def fleets(app):
    """The fleets that can be seen."""
    return [column.fleet for column in app.screen.query(FleetColumn) if column.display]


def panels(app):
    """The titles of the panels that can be seen, in the order in which they stand, each once."""
    seen = [panel.TITLE for panel in app.screen.query(Panel) if panel.is_on_screen and panel.region.area]
    return list(dict.fromkeys(seen))


def grid(app, fleet):
    return next(grid for grid in lab_screen(app).query(FleetGrid) if grid.fleet == fleet)


def server(app, name):
    """What is known of a server in the newest picture of the session that runs."""
    return next(fleet.servers[name] for fleet in app.live.picture.state.fleets.values() if name in fleet.servers)


def text_of(widget):
    """What a widget shows, as lines of text."""
    lines = widget.screen._compositor.render_strips(widget.screen.size)
    region = widget.region
    rows = lines[region.y : region.bottom]
    return "\n".join(row.crop(region.x, region.right).text.rstrip() for row in rows)
