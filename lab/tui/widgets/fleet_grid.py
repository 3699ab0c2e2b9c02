"""One fleet as a grid: a cell for each server, by pool and number."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from lab.model.state import FleetState, ServerState
from lab.tui.filter import Filter
from lab.tui.glyphs import GLYPHS
from lab.tui.picture import Picture
from lab.tui.widgets.fleet_cells import CURSOR, CURSOR_ELSEWHERE, Cursor, Form, Look, drawn, fitting, forms
from lab.tui.widgets.fleet_rows import Cells, Head, Note, Place, Row, below, beside, places, pools, successor
from lab.tui.widgets.fleet_title import legend, title
from lab.tui.widgets.panel import Panel

HEADED = 3
"""From this height on, pools have heads."""

SCROLLBAR = 1


DOUBLE = 2
"""Clicks in a row."""

LEGEND = "\n".join(f"- `{glyph.symbol}` {glyph.name}: {glyph.meaning}" for glyph in GLYPHS.values())


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text, and all that it was drawn from."""

    drawn_from: tuple[Row, Look, Cursor | None]
    strip: Strip


class FleetGrid(Panel, ScrollView):
    """The servers of one fleet. One of them has the cursor, as long as there is any.

    A line is drawn again only if something in it has changed.
    """

    TITLE = "Servers"
    HELP = f"""
One cell for each server, by pool and number. The glyph is its state:

{LEGEND}

Colour and letter are the version that it runs; the lower border says which is which. `·` is a server that does not
match the filter. A pool's head says its share of the traffic, and the image that its servers were launched from.

**arrows** or **h j k l** move the cursor, **home** and **end** to the first and the last server, **page up** and
**page down** by a screen. **enter** or a double click opens a server. **/** filters.
"""
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open", id="fleet.open"),
        Binding("left,h", "beside(-1)", "Left", id="fleet.left", show=False),
        Binding("right,l", "beside(1)", "Right", id="fleet.right", show=False),
        Binding("up,k", "below(-1)", "Up", id="fleet.up", show=False),
        Binding("down,j", "below(1)", "Down", id="fleet.down", show=False),
        Binding("pageup", "page(-1)", "Page up", id="fleet.page-up", show=False),
        Binding("pagedown", "page(1)", "Page down", id="fleet.page-down", show=False),
        Binding("home", "first", "First", id="fleet.first", show=False),
        Binding("end", "last", "Last", id="fleet.last", show=False),
    ]
    DEFAULT_CSS = """
    FleetGrid {
        overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1;
        border-subtitle-color: $text-muted; border-subtitle-align: left;
    }
    """

    @dataclass
    class Selected(Message):
        """The cursor is on another server."""

        grid: "FleetGrid"
        server: str

    @dataclass
    class Opened(Message):
        """The user wants to see more of a server."""

        grid: "FleetGrid"
        server: str

    def __init__(self, fleet: str, id: str | None = None) -> None:
        super().__init__(id=id)
        self.fleet = fleet
        self._state: FleetState | None = None
        self._note = "setting up …"
        self._look = Look()
        self._rows: list[Row] = []
        self._lines: list[Line] = []
        self._style = Style.null()
        self._titles = (Text(), Text())
        self._places: dict[str, Place] = {}
        self._selected: str | None = None

    @property
    def selected(self) -> str | None:
        """The name of the server that has the cursor."""
        return self._selected

    def show(self, picture: Picture) -> None:
        before, state, versions = self._state, picture.state.fleets.get(self.fleet), picture.versions
        note = "no server yet" if state else "no such fleet" if picture.state.session else "setting up …"
        same = alike(before, state) and note == self._note and versions == self._look.versions
        same = same and self._look.dark == self.app.current_theme.dark
        self._state, self._note = state, note
        if not same:
            order = list(self._places)
            self._arrange(versions, self._look.chosen)
            self._follow(before, order)

    def set_filter(self, chosen: Filter) -> None:
        """Show only the servers that match; the others stay where they are, as dots."""
        if chosen != self._look.chosen:
            self._arrange(self._look.versions, chosen)

    # Drawing

    def on_resize(self) -> None:
        self._arrange(self._look.versions, self._look.chosen)
        self._bring_into_view()

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self._draw()

    def render_lines(self, crop: Region) -> list[Strip]:
        self._style = self.rich_style  # found once, and not for each line
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        y += self.scroll_offset.y
        width, style = self.size.width, self._style
        if y >= len(self._lines):
            return Strip.blank(width, style)
        return self._lines[y].strip.crop_extend(0, width, None).apply_style(style)

    def _arrange(self, versions: tuple[str, ...], chosen: Filter) -> None:
        """Give every server its place, and draw what changes by that."""
        self._rows, form = self._laid_out()
        self._places = places(self._rows)
        dark = self.app.current_theme.dark
        self._look = Look(form, versions, chosen, dark)
        self.virtual_size = Size(self.size.width, len(self._rows))
        self._entitle(title(self.fleet, self._state, chosen), legend(self._state, versions, dark))
        self._draw()

    def _laid_out(self) -> tuple[list[Row], Form]:
        """The rows, and the form in which their cells fit."""
        width, height = self.size
        headed = height >= HEADED
        found = pools(self._state) if self._state else ()
        if not found or self._state is None:
            return [Note(self._note)], Form()
        known = forms(self.fleet, self._state.servers.values(), lettered=self.app.no_color)
        form = fitting(found, known, width, height, headed)
        columns = form.columns(width)
        if sum(pool.height(columns, headed) for pool in found) > height:
            columns = form.columns(width - SCROLLBAR)
        return [row for pool in found for row in pool.rows(columns, headed)], form

    def _entitle(self, above: Text, below: Text) -> None:
        if (above, below) != self._titles:
            self._titles = above, below
            self.border_title = Content.from_rich_text(above)
            self.border_subtitle = Content.from_rich_text(below) if below else None

    def _draw(self) -> None:
        """Draw the lines that are not drawn like that yet."""
        before, look = self._lines, self._look
        y, x = self._places.get(self._selected or "", (-1, -1))
        marked = Cursor(x, CURSOR if self.has_focus else CURSOR_ELSEWHERE)
        self._lines = []
        for place, row in enumerate(self._rows):
            line = before[place] if place < len(before) else None
            cursor = marked if place == y else None
            if line is None or line.drawn_from != (row, look, cursor):
                line = Line((row, look, cursor), drawn(row, look, cursor))
                self.refresh_line(place)
            self._lines.append(line)
        if len(before) > len(self._lines):
            self.refresh()

    # The cursor

    def action_beside(self, by: int) -> None:
        self._move(beside, by)

    def action_below(self, by: int) -> None:
        self._move(below, by)

    def action_page(self, by: int) -> None:
        self._move(below, by * max(1, self.size.height - 1))

    def action_first(self) -> None:
        self._move(beside, -len(self._places))

    def action_last(self) -> None:
        self._move(beside, len(self._places))

    def action_open(self) -> None:
        if self._selected:
            self.post_message(self.Opened(self, self._selected))

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        server = self._server_at(offset) if offset else None
        if server is None:
            return
        self._select(server.name)
        if event.chain == DOUBLE:
            self.action_open()

    def _server_at(self, offset: Offset) -> ServerState | None:
        y, x = offset.y + self.scroll_offset.y, offset.x // self._look.form.width
        row = self._rows[y] if y < len(self._rows) else None
        return row.servers[x] if isinstance(row, Cells) and x < len(row.servers) else None

    def _move(self, to: Callable[[Mapping[str, Place], str, int], str], by: int) -> None:
        """Go on among the servers that match the filter."""
        if self._selected and self._state:
            servers, chosen = self._state.servers, self._look.chosen
            known = {
                name: place
                for name, place in self._places.items()
                if name == self._selected or chosen.matches(servers[name])
            }
            self._select(to(known, self._selected, by))
            self._bring_into_view()

    def _follow(self, before: FleetState | None, order: list[str]) -> None:
        """Leave the cursor on its server. If that has gone, another has it."""
        if self._selected in self._places:
            return
        now = self._state.servers if self._state else {}
        heir = successor(self._selected, order, before.servers, now) if self._selected and before else None
        self._select(heir or next(iter(self._places), None))

    def _select(self, server: str | None) -> None:
        if server != self._selected:
            self._selected = server
            self._draw()
            if server:
                self.post_message(self.Selected(self, server))

    def _bring_into_view(self) -> None:
        """Scroll to the cursor, and to the head above it if there is one."""
        if self._selected in self._places:
            y, _ = self._places[self._selected]
            above = int(y > 0 and isinstance(self._rows[y - 1], Head))
            self.scroll_to_region(Region(0, y - above, 1, 1 + above), animate=False, x_axis=False, immediate=True)


def alike(one: FleetState | None, other: FleetState | None) -> bool:
    """Whether two states of a fleet look the same here, whatever else happened."""
    if one is None or other is None:
        return one is other
    return one.servers is other.servers and one.shares is other.shares and one.declared == other.declared
