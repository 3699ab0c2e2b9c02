"""All panels of the lab screen: the fleets side by side, and beside or below them what is told of them.

Where there is no room for all, the one that was looked at last is seen: it and its column are `-current`.
"""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from lab.tui.filter import Filter
from lab.tui.picture import Picture
from lab.tui.widgets.drift import Drift
from lab.tui.widgets.fleet_column import FleetColumn
from lab.tui.widgets.fleet_grid import FleetGrid
from lab.tui.widgets.panel import Panel
from lab.tui.widgets.requests import Requests
from lab.tui.widgets.resting import Resting
from lab.tui.widgets.routing_bar import RoutingBar
from lab.tui.widgets.scorecard import Scorecard
from lab.tui.widgets.timeline import Timeline
from lab.tui.widgets.trends import Trends

SMALL = 24
"""With so many servers in each fleet at first, trends get as much room as they."""

PANELS: dict[str, type[Panel]] = {
    "1": FleetGrid,
    "2": Trends,
    "3": Requests,
    "4": Drift,
    "5": Timeline,
    "6": Scorecard,
}
"""Which key leads to which panel; a panel that each fleet has is one after the other's."""


class Floor(Vertical):
    """The panels. `settled` is whether all that can be seen have drawn the last picture."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.settled = True
        self._panels: tuple[Panel, ...] = ()
        self._bars: tuple[RoutingBar, ...] = ()

    def compose(self) -> ComposeResult:
        yield Horizontal(id="fleets")
        with Vertical(id="side"):
            yield Drift()
            yield Timeline(classes="-current")
            yield Scorecard()

    def on_mount(self) -> None:
        self._find_panels()

    async def begin(self, picture: Picture) -> None:
        """Put the fleets side by side. Once they are there, the first one's servers have the focus."""
        columns = [FleetColumn(name) for name in picture.fleets]
        columns[0].add_class("-current")
        fleets = self.query_one("#fleets")
        fleets.set_class(all(len(fleet.servers) <= SMALL for fleet in picture.state.fleets.values()), "-small")
        await fleets.mount(*columns)
        self._find_panels()
        columns[0].query_one(FleetGrid).focus()

    def show(self, picture: Picture, in_turn: bool = False) -> None:
        """Draw this picture, where it can be seen.

        With `in_turn` no more than one panel of figures is drawn, the one that has waited longest: all of them become
        due when traffic is counted, and a key that is pressed then would have to wait for them.
        """
        panels = [panel for panel in self._panels if panel.is_on_screen]
        figures = [panel for panel in panels if isinstance(panel, Resting)]
        for panel in panels:
            if panel not in figures:
                panel.show(picture)
        for bar in self._bars:
            bar.show(picture)
        self.settled = self._show_figures(figures, picture, in_turn)

    @staticmethod
    def _show_figures(figures: list[Resting], picture: Picture, in_turn: bool) -> bool:
        """Whether all of them have drawn what there is."""
        for panel in sorted(figures, key=lambda panel: panel.drawn_at):
            before = panel.drawn_at
            panel.show(picture)
            if in_turn and panel.drawn_at != before:
                return False
        return all(panel.settled for panel in figures)

    def set_filter(self, chosen: Filter, text: str) -> None:
        """Show only servers that match, and lines of the timeline with this text in them."""
        for grid in self.query(FleetGrid):
            grid.set_filter(chosen)
        self.query_one(Timeline).set_filter(text)

    @property
    def grid(self) -> FleetGrid | None:
        """The servers of the fleet that is looked at."""
        column = next(iter(self.query(FleetColumn).filter(".-current")), None)
        return column.query_one(FleetGrid) if column else None

    def panel(self, key: str, focused: Widget | None) -> Panel | None:
        """The panel that a key leads to: of the fleet that is looked at, or of the next one if it has the focus."""
        found = [panel for panel in self.query(PANELS[key]) if panel.visible]
        if not found:
            return None
        place = found.index(focused) + 1 if focused in found else self._current(found)
        return found[place % len(found)]

    def bring_up(self, focused: Widget) -> None:
        """Let what has the focus be what is shown where there is room for one only."""
        column = _column_of(focused)
        group = self.query(FleetColumn) if column else self.query("#side > Panel")
        chosen = column or focused
        if chosen in group:
            group.remove_class("-current")
            chosen.add_class("-current")
        self.query_one("#side").set_class(column is None and chosen in group, "-focused")

    def _find_panels(self) -> None:
        """Know all panels: to ask for them with every picture would cost as much as some of them."""
        self._panels, self._bars = tuple(self.query(Panel)), tuple(self.query(RoutingBar))

    def _current(self, panels: Sequence[Panel]) -> int:
        """The place of the panel that belongs to the fleet that is looked at."""
        columns = [_column_of(panel) for panel in panels]
        return next((place for place, column in enumerate(columns) if column and column.has_class("-current")), 0)


def _column_of(widget: Widget) -> FleetColumn | None:
    return next((node for node in widget.ancestors_with_self if isinstance(node, FleetColumn)), None)
