"""One fleet, from its servers down to its single requests."""

from textual.app import ComposeResult
from textual.containers import Vertical

from lab.tui.widgets.fleet_grid import FleetGrid
from lab.tui.widgets.requests import Requests
from lab.tui.widgets.routing_bar import RoutingBar
from lab.tui.widgets.trends import Trends


class FleetColumn(Vertical):
    """The panels of one fleet, one above the other."""

    DEFAULT_CSS = """
    FleetColumn { width: 1fr; height: 1fr; }
    FleetColumn > FleetGrid { height: 1fr; min-height: 5; }
    FleetColumn > RoutingBar { height: 1; padding: 0 1; }
    FleetColumn > Trends { height: 7; }
    FleetColumn > Requests { height: 4; }
    """

    def __init__(self, fleet: str) -> None:
        super().__init__(classes="fleet")
        self.fleet = fleet

    def compose(self) -> ComposeResult:
        yield FleetGrid(self.fleet)
        yield RoutingBar(self.fleet)
        yield Trends(self.fleet)
        yield Requests(self.fleet)
