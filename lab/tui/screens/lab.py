"""The lab screen: the fleets side by side, what happens to them, and the orders that can be given."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Footer

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
from lab.tui.screens.order_menu import OrderMenu
from lab.tui.screens.server import ServerScreen
from lab.tui.screens.setup import SetupScreen
from lab.tui.widgets.drift import Drift
from lab.tui.widgets.filter_bar import FilterBar
from lab.tui.widgets.fleet_column import FleetColumn
from lab.tui.widgets.fleet_grid import FleetGrid
from lab.tui.widgets.panel import Panel
from lab.tui.widgets.requests import Requests
from lab.tui.widgets.routing_bar import RoutingBar
from lab.tui.widgets.scorecard import Scorecard
from lab.tui.widgets.seek_bar import SeekBar
from lab.tui.widgets.status_bar import StatusBar, speed
from lab.tui.widgets.timeline import Timeline
from lab.tui.widgets.trends import Trends

STEP = 1.0
"""Seconds of lab time that one step takes."""

SKIP = 5.0
"""Seconds of lab time that one key press goes back or forward."""

COVERED = 0.5
"""Seconds between two pictures while another screen lies above: each of them has to be dimmed as a whole."""

SMALL = 24
"""With so many servers in each fleet at first, trends get as much room as they."""

PANELS: tuple[tuple[str, type[Panel]], ...] = (
    ("1", FleetGrid),
    ("2", Trends),
    ("3", Requests),
    ("4", Drift),
    ("5", Timeline),
    ("6", Scorecard),
)
"""Which key leads to which panel; a panel that each fleet has is one after the other's."""


class LabScreen(Screen[None]):
    """Draws what a deck shows, and gives orders to the session behind it if there is one."""

    AUTO_FOCUS = ""
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
        *(Binding(key, f"panel({key})", panel.TITLE, id=f"panel.{key}", show=False) for key, panel in PANELS),
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
        self._panels: tuple[Panel, ...] = ()
        self._bars: tuple[RoutingBar, ...] = ()
        self._filtered_from: Widget | None = None

    def compose(self) -> ComposeResult:
        yield StatusBar()
        with Vertical(id="main"):
            yield Horizontal(id="fleets")
            with Vertical(id="side"):
                yield Drift()
                yield Timeline(classes="-current")
                yield Scorecard()
        yield SeekBar()
        yield FilterBar(placeholder="filter: 1.1, drifted, unhealthy, pool:green, 3 …")
        yield Footer()

    def on_mount(self) -> None:
        self._find_panels()
        self.set_interval(1 / self._rate, self.tick)
        if self.deck.live and not self.deck.picture.state.started:
            self.app.push_screen(SetupScreen())
        self.tick()

    def on_unmount(self) -> None:
        self.deck.close()

    # What is shown

    def tick(self) -> None:
        """Draw what is new."""
        deck = self.deck
        new = deck.tick() or self._fresh
        self.query_one(StatusBar).show_deck(deck)
        at = deck.end if deck.following else deck.at
        self.query_one(SeekBar).show_position(
            at, deck.end, deck.following, not deck.stands, speed(deck.pace), deck.marks
        )
        if new and (self.is_current or time.monotonic() >= self._shown_at + COVERED):
            self._show()
        else:
            self._fresh = new
        self._tell_error()
        self._tell_end()

    def _show(self) -> None:
        self._shown_at = time.monotonic()
        picture = self.deck.picture
        if picture.fleets and not self._begun:
            self._begin(picture)
            return
        panels = [panel for panel in self._panels if panel.is_on_screen]
        for panel in panels:
            panel.show(picture)
        self._fresh = not all(panel.settled for panel in panels)
        for bar in self._bars:
            bar.show(picture)
        if isinstance(self.app.screen, SetupScreen):
            self._show_setup(self.app.screen)

    def _begin(self, picture: Picture) -> None:
        """Put the fleets side by side, and the cursor into the first one as soon as it is there."""
        self._begun = True
        columns = [FleetColumn(name) for name in picture.fleets]
        columns[0].add_class("-current")
        fleets = self.query_one("#fleets")
        fleets.set_class(all(len(fleet.servers) <= SMALL for fleet in picture.state.fleets.values()), "-small")
        mounted = fleets.mount(*columns)

        async def focus_first() -> None:
            await mounted
            self._find_panels()
            columns[0].query_one(FleetGrid).focus()
            self._fresh = True
            self.tick()

        self.run_worker(focus_first(), group="begin")

    def _find_panels(self) -> None:
        """Know all panels: to ask for them with every tick would cost as much as some of them."""
        self._panels, self._bars = tuple(self.query(Panel)), tuple(self.query(RoutingBar))

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

    def action_panel(self, number: int) -> None:
        """Go to a panel; pressed again, to the next fleet's."""
        kind = dict(PANELS)[str(number)]
        found = [panel for panel in self.query(kind) if panel.visible]
        if not found:
            return
        focused = self.focused
        place = found.index(focused) + 1 if focused in found else self._current_fleet(found)
        self._bring_up(found[place % len(found)])

    def _current_fleet(self, panels: list[Any]) -> int:
        """The place of the panel that belongs to the fleet that is looked at."""
        current = [panel for panel in panels if self._column_of(panel) and self._column_of(panel).has_class("-current")]
        return panels.index(current[0]) if current else 0

    def _column_of(self, widget: Widget) -> Any:
        return next((node for node in widget.ancestors_with_self if isinstance(node, FleetColumn)), None)

    def _bring_up(self, panel: Panel) -> None:
        if self.maximized:
            self.minimize()
        self.set_focus(panel)
        self.on_descendant_focus()  # its message may come only after the next key

    def on_descendant_focus(self) -> None:
        """What has the focus is what is shown where there is room for one only."""
        focused = self.focused
        if focused is None:
            return
        column = self._column_of(focused)
        group = self.query(FleetColumn) if column else self.query("#side > Panel")
        chosen = column or focused
        if chosen in group:
            group.remove_class("-current")
            chosen.add_class("-current")
        self.query_one("#side").set_class(column is None and chosen in group, "-focused")
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
        for grid in self.query(FleetGrid):
            grid.set_filter(chosen)
        self.query_one(Timeline).set_filter(event.text)
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
        self.app.push_screen(OrderMenu(), lambda verb: self.action_order(verb) if verb else None)

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
        grid = self._grid()
        fleet = grid.fleet if grid else None
        state = picture.state
        server = state.fleets[fleet].servers.get(grid.selected) if grid and fleet and grid.selected else None
        versions = tuple(live.plan.scenario.recipes) if live else picture.versions
        engine = state.session.engine if state.session else ""
        names = tuple(
            (name, one.number, one.name)
            for name, held in state.fleets.items()
            for one in held.servers.values()
            if one.status != "dead"
        )
        return OrderContext(picture.fleets, fleet, server, versions, live.name if live else "", engine, names)

    def _grid(self) -> FleetGrid | None:
        """The grid of the fleet that is looked at."""
        column = next(iter(self.query(FleetColumn).filter(".-current")), None)
        return column.query_one(FleetGrid) if column else None

    def action_shell(self) -> None:
        """Go to the selected server."""
        grid = self._grid()
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
