"""Which pool and version gets which share of a fleet's traffic, in one line that moves when that changes."""

from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from lab.model.state import FleetState
from lab.tui.picture import Picture
from lab.tui.widgets.fleet_cells import DIM, Part, strip
from lab.tui.widgets.routing_shares import Shares, between, line, moved, shares

SECONDS = 0.6
"""How long a change takes to be drawn."""

LEAST = 0.02
"""Smaller changes of a share are drawn at once: nobody would see them move."""


class RoutingBar(Widget):
    """One fleet's routing: the pools' names and shares as text, and as blocks in the colours of their versions."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "RoutingBar { height: 1; }"

    progress = reactive(1.0, repaint=False)
    """How much of the last change has been drawn: 0 to 1."""

    def __init__(self, fleet: str, id: str | None = None) -> None:
        super().__init__(id=id)
        self.fleet = fleet
        self._state: FleetState | None = None
        self._versions: tuple[str, ...] = ()
        self._before: Shares = {}
        self._after: Shares = {}
        self._drawn: list[Part] = []

    def show(self, picture: Picture) -> None:
        """Draw this picture's routing, by and by."""
        before, state = self._state, picture.state.fleets.get(self.fleet)
        self._state = state
        if picture.versions != self._versions:
            self._versions = picture.versions
            self._draw()
        if not routed_alike(before, state):
            self._go_to(shares(state) if state else {})

    @property
    def now(self) -> Shares:
        """What is drawn at this moment."""
        return between(self._before, self._after, self.progress)

    def _go_to(self, after: Shares) -> None:
        if after == self._after:
            return
        small = moved(self._after, after) < LEAST
        if not small:
            self._before = self.now
        self._after = after
        if small or not self._before:
            self._draw()
        else:
            self.progress = 0.0
            self.animate("progress", 1.0, duration=SECONDS, easing="in_out_cubic", level="basic")

    def watch_progress(self) -> None:
        self._draw()

    def _draw(self) -> None:
        """Draw what is not drawn like that yet: of sixty steps a second, most move nothing by a whole column."""
        if self._parts() != self._drawn:
            self.refresh()

    def _parts(self) -> list[Part]:
        now, dark = self.now, self.app.current_theme.dark
        return [*line(now, self._after, self._versions, self.size.width, dark)] if now else [("no traffic yet", DIM)]

    def render_line(self, y: int) -> Strip:
        width, style = self.size.width, self.rich_style
        if y:
            return Strip.blank(width, style)
        self._drawn = self._parts()
        return strip(self._drawn).crop_extend(0, width, None).apply_style(style)


def routed_alike(one: FleetState | None, other: FleetState | None) -> bool:
    """Whether two states of a fleet have the same servers and the same routing."""
    if one is None or other is None:
        return one is other
    return one.servers is other.servers and one.shares is other.shares
