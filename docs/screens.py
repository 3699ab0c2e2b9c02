"""Takes the pictures of the screens, docs/screens-*.svg, from a fixed journal: `make screenshot`.

An order's form and a look at a server need a session that runs; that is one on the simulator.
"""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot

from lab.model.orders import Scan, Ssh
from lab.tui.app import LabApp
from lab.tui.catalogue import sandbox
from lab.tui.live import Live
from lab.tui.screens.home import HomeScreen
from lab.tui.screens.lab import LabScreen
from lab.tui.settings import Settings
from lab.tui.widgets.fleet_grid import FleetGrid
from lab.tui.widgets.scenario_list import ScenarioList

HERE = Path(__file__).parent
JOURNAL = HERE.parent / "tests" / "tui" / "journals" / "switch.jsonl"
MOMENT = 28.0
"""The pets have drifted, and one of them is dead; the next version of the cattle is looked at before the switch."""

WIDE, USUAL = (160, 45), (120, 32)
DRAWN = 1.5
"""Seconds after which everything that takes its time has been drawn, the scorecard last."""

WITHIN = 30.0

Opened = AsyncIterator[Pilot[None]]


def main() -> None:
    for name in ("NO_COLOR", "TEXTUAL_THEME", "LAB_CONFIG"):
        os.environ.pop(name, None)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LAB_STATE_DIR"] = folder
        os.chdir(folder)  # the home screen lists the scenarios of the folder that it is opened in
        asyncio.run(pictures())


async def pictures() -> None:
    async with opened(USUAL, Settings(engine="sim")) as pilot:
        await until(pilot, lambda: bool(pilot.app.screen.query_one(ScenarioList).option_count))
        await take(pilot, "home")
    async with replayed(WIDE) as pilot:
        await take(pilot, "lab")
    async with running(USUAL) as (pilot, live):
        await pilot.press("r")
        await take(pilot, "order")
        await pilot.press("escape")
        by_hand = {"server": 3, "who": "mona", "write": {"path": "/etc/storefront/app.toml", "set": {"timeout": 30}}}
        live.give(Ssh.model_validate(by_hand | {"install": {"libpay": "1.1"}}), ("pets",))
        await until(pilot, lambda: len(live.picture.commands["pets-3"]) == 2)
        live.give(Scan(), ("pets",))
        await until(pilot, lambda: bool(live.picture.state.fleets["pets"].servers["pets-3"].drift))
        await pilot.press("right", "right", "enter")
        await take(pilot, "server")


async def take(pilot: Pilot[None], name: str) -> None:
    await pilot.pause(DRAWN)
    svg = pilot.app.export_screenshot(title="lab", simplify=True)
    (HERE / f"screens-{name}.svg").write_text("\n".join(line.rstrip() for line in svg.splitlines()) + "\n")


@asynccontextmanager
async def opened(size: tuple[int, int], settings: Settings, journal: Path | None = None) -> Opened:
    app = LabApp(settings, journal)
    app.animation_level = "none"
    async with app.run_test(size=size) as pilot:
        yield pilot


@asynccontextmanager
async def replayed(size: tuple[int, int]) -> Opened:
    """The journal, at the moment of the pictures."""
    async with opened(size, Settings(), JOURNAL) as pilot:
        await shown(pilot)
        screen = pilot.app.screen
        assert isinstance(screen, LabScreen)
        screen.deck.seek(MOMENT)
        await until(pilot, lambda: screen.deck.settled)
        yield pilot


@asynccontextmanager
async def running(size: tuple[int, int]) -> AsyncIterator[tuple[Pilot[None], Live]]:
    """A session of the default fleets."""
    async with opened(size, Settings(engine="sim", theme="lab-light")) as pilot:
        app = pilot.app
        assert isinstance(app, LabApp)
        app.post_message(HomeScreen.Play(sandbox(), "sim"))
        await shown(pilot)
        assert app.live
        try:
            yield pilot, app.live
        finally:
            app.live.close()
            await asyncio.to_thread(app.live.wait, WITHIN)


async def shown(pilot: Pilot[None]) -> None:
    await until(pilot, lambda: isinstance(pilot.app.screen.focused, FleetGrid))


async def until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(WITHIN):
        while not condition():
            await pilot.pause(0.02)


if __name__ == "__main__":
    main()
