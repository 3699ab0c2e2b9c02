"""The lab screen: the fleets side by side, what happens to them, and the orders that can be given."""

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import Screen

from lab.engines.base import LabError
from lab.report.timeline import plain
from lab.tui.deck import Deck
from lab.tui.filter import Filter
from lab.tui.live import Live
from lab.tui.orders import Given, OrderContext, order_bindings
from lab.tui.picture import Picture
from lab.tui.saving import save
from lab.tui.screens.leave import Answer, LeaveScreen
from lab.tui.screens.order import OrderScreen
from lab.tui.screens.order_menu import MENU
from lab.tui.screens.server import ServerScreen
from lab.tui.screens.setup import SetupScreen
from lab.tui.widgets.drift import Drift
from lab.tui.widgets.filter_bar import FilterBar
from lab.tui.widgets.fleet_grid import FleetGrid
from lab.tui.widgets.floor import PANELS, Floor
from lab.tui.widgets.key_bar import KeyBar
from lab.tui.widgets.seek_bar import SeekBar
from lab.tui.widgets.status_bar import StatusBar, speed
from lab.tui.widgets.timeline import Timeline

if TYPE_CHECKING:
    from textual.widget import Widget

STEP = 1.0
"""Seconds of lab time that one step takes."""

SKIP = 5.0
"""Seconds of lab time that one key press goes back or forward."""

COVERED = 0.5
"""Seconds between two pictures while another screen lies above: each of them has to be dimmed as a whole."""


class LabScreen(Screen[None]):
    """Draws what a deck shows, and gives orders to the session behind it if there is one."""

    AUTO_FOCUS = ""
    BLANK = True  # its widgets cover it
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-both"), (160, "-wide")]  # noqa: RUF012  # as Screen has it
    VERTICAL_BREAKPOINTS = [(0, "-low"), (22, "-medium"), (36, "-high")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        *order_bindings(),
        Binding("m", "menu", "Orders", id="lab.menu"),
        Binding("e", "shell", "Shell", id="lab.shell"),
        Binding("space", "pause", "Pause", id="time.pause"),
        Binding("full_stop", "step", "Step", id="time.step", show=False),
        Binding("plus,equals_sign", "speed(1)", "Faster", id="time.faster", show=False),
        Binding("minus", "speed(-1)", "Slower", id="time.slower", show=False),
        Binding("left_square_bracket", "skip(-1)", "Back", id="time.back", show=False),
        Binding("right_square_bracket", "skip(1)", "Forward", id="time.forward", show=False),
        Binding("v", "now", "Now", id="time.now", show=False),
        Binding("slash", "filter", "Filter", id="lab.filter", show=False),
        Binding("z", "zoom", "Zoom", id="lab.zoom", show=False),
        Binding("w", "save", "Save as scenario", id="lab.save", show=False),
        Binding("q", "leave", "Leave", id="lab.leave"),
        Binding("ctrl+c", "leave", "Leave", id="lab.interrupt", show=False),
        *(Binding(key, f"panel('{key}')", panel.TITLE, id=f"panel.{key}", show=False) for key, panel in PANELS.items()),
    ]
    DEFAULT_CSS = """
    LabScreen #main { height: 1fr; }
    LabScreen FilterBar { dock: none; }
    LabScreen #fleets { width: 1fr; height: 1fr; }
    LabScreen #side { height: 12; }
    LabScreen #side > Panel { display: none; height: 1fr; }
    LabScreen #side > Panel.-current { display: block; }
    LabScreen.-narrow .fleet { display: none; }
    LabScreen.-narrow .fleet.-current { display: block; }
    LabScreen.-wide #main { layout: horizontal; }
    LabScreen.-wide #side { width: 56; height: 1fr; }
    LabScreen.-wide.-high #side > Panel { display: block; }
    LabScreen.-low #side { display: none; }
    LabScreen.-low #side.-focused { display: block; height: 1fr; }
    LabScreen.-high Trends { height: 11; }
    LabScreen.-high .-small Trends { height: 1fr; }
    LabScreen.-low Trends, LabScreen.-low Requests { display: none; }
    LabScreen.-medium Requests { display: none; }
    LabScreen.-medium #side { height: 7; }
    LabScreen.-medium Trends { height: 5; }
    LabScreen.-medium.-wide #side { height: 1fr; }
    """

    @dataclass
    class Ended(Message):
        """The session behind the deck is over, and cleaned up as far as it could be."""

        deck: Deck

    class Stayed(Message):
        """The user was asked, and doesn't want to leave."""

    @dataclass
    class Left(Message):
        """The user wants to see no more of it."""

        deck: Deck

    def __init__(self, deck: Deck, rate: float = 8.0, watching: bool = False) -> None:
        super().__init__()
        self.deck = deck
        self._rate = rate
        self._watching = watching
        self._told_end = False
        self._told_error = False
        self._fresh = True
        self._begun = False
        self._shown_at = 0.0
        self._filtered_from: Widget | None = None

    def compose(self) -> ComposeResult:
        yield StatusBar()
        yield Floor(id="main")
        yield SeekBar()
        yield FilterBar(placeholder="filter: 1.1, drifted, unhealthy, pool:green, 3 …")
        yield KeyBar()

    def on_mount(self) -> None:
        self.set_interval(1 / self._rate, self.tick)
        if self.deck.live and not self.deck.picture.state.started:
            self.app.push_screen(SetupScreen())
        self.tick()

    def on_unmount(self) -> None:
        self.deck.close()

    # What is shown

    def tick(self) -> None:
        """Draw what is new."""
        self._fresh = self.deck.tick() or self._fresh
        if self._fresh and isinstance(self.app.screen, SetupScreen):
            self._show_setup(self.app.screen)
        if self.is_active or time.monotonic() >= self._shown_at + COVERED:
            self._shown_at = time.monotonic()
            self._show_time()
            if self._fresh:
                self._show()
        self._tell_error()
        self._tell_end()

    def _show_time(self) -> None:
        deck = self.deck
        self.query_one(StatusBar).show_deck(deck)
        at = deck.end if deck.following else deck.at
        self.query_one(SeekBar).show_position(
            at, deck.end, deck.following, not deck.stands, speed(deck.pace), deck.marks
        )

    def _show(self) -> None:
        picture = self.deck.picture
        if picture.fleets and not self._begun:
            self._begun = True
            self.run_worker(self._begin(picture), group="begin")
            return
        self._floor.show(picture, in_turn=self.deck.live is not None and self.deck.following)
        self._fresh = not self._floor.settled

    @property
    def _floor(self) -> Floor:
        return self.query_one(Floor)

    async def _begin(self, picture: Picture) -> None:
        await self._floor.begin(picture)
        self._fresh = True
        self.tick()

    def _show_setup(self, setup: SetupScreen) -> None:
        setup.show(self.deck.picture)
        if self.deck.picture.state.started:
            setup.dismiss()

    def on_resize(self) -> None:
        self._fresh = True  # panels that were hidden may be seen now

    def _tell_error(self) -> None:
        """Say once that the journal cannot be read any further."""
        error = self.deck.error
        if error and not self._told_error:
            self._told_error = True
            self.notify(plain(str(error)), title="The journal is damaged", severity="error", timeout=60, markup=False)

    def _tell_end(self) -> None:
        """Say once that the session is over, and what of it stays."""
        live = self.deck.live
        if self._told_end or live is None or not live.ended:
            return
        self._told_end = True
        if any(isinstance(screen, SetupScreen) for screen in self.app.screen_stack):
            self.close_what_is_above()
        self.post_message(self.Ended(self.deck))

    # Where one is

    def action_panel(self, key: str) -> None:
        """Go to a panel; pressed again, to the next fleet's."""
        panel = self._floor.panel(key, self.focused)
        if panel:
            if self.maximized:
                self.minimize()
            self.set_focus(panel)
            self.on_descendant_focus()  # its message may come only after the next key

    def on_descendant_focus(self) -> None:
        if self.focused:
            self._floor.bring_up(self.focused)
            self._fresh = True

    def action_zoom(self) -> None:
        """Let the focused panel fill the screen, or go back."""
        if self.maximized:
            self.minimize()
        elif self.focused:
            self.maximize(self.focused, container=False)
        self._fresh = True

    def action_filter(self) -> None:
        self._filtered_from = self.focused
        self.query_one(FilterBar).open()

    def on_filter_bar_typed(self, event: FilterBar.Typed) -> None:
        try:
            chosen = Filter.parse(event.text)
        except ValueError as error:
            if event.done:
                self.notify(str(error), title="Filter", severity="warning", markup=False)
            chosen = Filter.parse("")
        self._floor.set_filter(chosen, event.text)
        self._fresh = True
        if event.done:
            self.set_focus(self._filtered_from)

    # Time

    def action_pause(self) -> None:
        self.deck.pause()

    def action_step(self) -> None:
        self.deck.step(STEP)

    def action_speed(self, by: int) -> None:
        live = self.deck.live
        if live and self.deck.following and not live.steerable:
            self.notify("Containers live in real time. Go back with [ and it can be played faster.")
            return
        self.deck.faster(by)

    def action_skip(self, by: int) -> None:
        self.deck.skip(by * SKIP)

    def action_now(self) -> None:
        self.deck.now()
        self._fresh = True

    def on_seek_bar_sought(self, event: SeekBar.Sought) -> None:
        self.deck.seek(event.at)

    # Orders

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Orders are for sessions that go on, and are given to the present."""
        needs_session = action in ("order", "menu", "shell", "save")
        return not needs_session or self.orderable

    @property
    def orderable(self) -> bool:
        live = self.deck.live
        return live is not None and not live.ended and not self._watching

    def action_menu(self) -> None:
        self.app.push_screen(MENU, lambda verb: self.action_order(verb) if verb else None)

    def action_order(self, verb: str) -> None:
        """Ask for what the order needs, and give it."""
        if not self.orderable:
            self.notify("This is a recording: orders are for sessions that run.", severity="warning")
            return
        self.app.push_screen(OrderScreen(verb, self._order_context()), self._give)

    def _give(self, given: Given | None) -> None:
        if given and self.deck.live:
            self.deck.now()
            self.deck.live.give(given.order, given.fleets)

    def _order_context(self) -> OrderContext:
        picture, live = self.deck.picture, self.deck.live
        grid = self._floor.grid
        fleet = grid.fleet if grid else None
        state = picture.state
        server = state.fleets[fleet].servers.get(grid.selected) if grid and fleet and grid.selected else None
        versions = tuple(live.plan.scenario.recipes) if live else picture.versions
        engine = state.session.engine if state.session else ""
        names = tuple(
            (name, one.number, one.name)
            for name, held in state.fleets.items()
            for one in held.servers.values()
            if one.status != "dead" and one.pool == held.live
        )
        return OrderContext(picture.fleets, fleet, server, versions, live.name if live else "", engine, names)

    def action_shell(self) -> None:
        """Go to the selected server."""
        grid = self._floor.grid
        if grid and grid.selected:
            self.post_message(ServerScreen.ShellWanted(grid.selected))

    def on_fleet_grid_opened(self, event: FleetGrid.Opened) -> None:
        self.app.push_screen(ServerScreen(self.deck, event.server))

    def on_drift_opened(self, event: Drift.Opened) -> None:
        self.app.push_screen(ServerScreen(self.deck, event.server))

    def on_timeline_chosen(self, event: Timeline.Chosen) -> None:
        if event.line.command:
            self.notify(event.line.command, title="What was run", markup=False)
        if event.line.at is not None and self.deck.live is None:
            self.deck.seek(event.line.at)

    def on_setup_screen_cancelled(self) -> None:
        if self.deck.live:
            self.deck.live.close()

    def action_save(self) -> None:
        """Write what was ordered so far to a scenario file, in the folder that the lab was started in."""
        if self.deck.live:
            self.run_worker(self._save(self.deck.live), exclusive=True)

    async def _save(self, live: Live) -> None:
        try:
            path = await asyncio.to_thread(save, live)
        except (LabError, OSError) as error:
            self.notify(plain(str(error)), title="Not saved", severity="error", markup=False)
        else:
            self.notify(f"{path}: play it with `lab play {path}`", title="Saved as a scenario", markup=False)

    # Leaving

    def action_leave(self) -> None:
        live = self.deck.live
        if live is None or live.ended:
            self.post_message(self.Left(self.deck))
            return
        state = self.deck.picture.state
        servers = sum(fleet.running for fleet in state.fleets.values())
        real = bool(state.session and state.session.engine == "docker")
        self.app.push_screen(LeaveScreen(live.name, servers, real), self._leave)

    def close_what_is_above(self) -> None:
        """Be the screen that is seen."""
        while self.app.screen is not self:
            self.app.pop_screen()

    def _leave(self, answer: Answer | None) -> None:
        if self.deck.live and answer in ("remove", "keep"):
            self.deck.live.close(keep=answer == "keep")
        else:
            self.post_message(self.Stayed())
