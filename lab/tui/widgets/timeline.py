"""The timeline as a panel: what happened, in plain words, the newest at the bottom."""

from abc import abstractmethod
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import ClassVar

from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from lab.report.timeline import Line, Tone, clock
from lab.tui.marks import WRONG
from lab.tui.picture import LINES, Picture
from lab.tui.widgets.panel import Panel

SIGNS: dict[Tone, str] = {"say": "“", "order": "▶", "good": "✓", "bad": "✗", "plain": "·", "quiet": "·"}

MOST_ROWS = 6
"""Longer texts are cut; whoever chooses the line can be shown all of it."""

FLEET_FROM, TIME_FROM = 70, 30
"""From these widths on, fleets and times have columns of their own."""

FLEET_WIDTH = 12


class Rows(Panel, ScrollView, inherit_bindings=False):
    """A panel of items below each other, each some rows high, one of them under the cursor.

    Only rows that can be seen are drawn, so that a thousand items cost as much as ten.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", id="rows.up", show=False),
        Binding("down,j", "move(1)", "Down", id="rows.down", show=False),
        Binding("pageup", "turn(-1)", "Page up", id="rows.page-up", show=False),
        Binding("pagedown", "turn(1)", "Page down", id="rows.page-down", show=False),
        Binding("home", "first", "First", id="rows.first", show=False),
        Binding("end", "last", "Last", id="rows.last", show=False),
        Binding("enter", "open", "Open", id="rows.open"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"rows--cursor", "rows--quiet", "rows--good", "rows--bad", "rows--said"}
    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Rows {
        width: 1fr; height: 1fr;
        overflow: hidden auto; scrollbar-size-vertical: 1; scrollbar-gutter: stable;
    }
    Rows > .rows--cursor { color: $block-cursor-foreground; background: $block-cursor-background; }
    Rows > .rows--quiet { color: $text-muted; }
    Rows > .rows--good { color: $text-success; }
    Rows > .rows--bad { color: $text-error; }
    Rows > .rows--said { color: $text-primary; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.cursor = 0

    @property
    @abstractmethod
    def count(self) -> int:
        """How many items there are."""

    @property
    @abstractmethod
    def high(self) -> int:
        """How many rows there are."""

    @abstractmethod
    def span(self, item: int) -> range:
        """The rows of an item."""

    @abstractmethod
    def item_at(self, row: int) -> int | None:
        """The item that a row belongs to, if to any."""

    @abstractmethod
    def draw(self, row: int, width: int) -> Text:
        """One row."""

    @abstractmethod
    def opened(self, item: int) -> None:
        """The user wants to see more of an item."""

    def lay_out(self) -> None:
        """Take in that there are other items now, or another width for them."""
        self.cursor = max(0, min(self.cursor, self.count - 1))
        self.virtual_size = Size(self.room, self.high)
        self.refresh()

    @property
    def room(self) -> int:
        """How wide rows are: all but the scrollbar."""
        return self.scrollable_content_region.width

    def style_of(self, name: str) -> Style:
        return self.get_component_rich_style(f"rows--{name}")

    def render_line(self, y: int) -> Strip:
        row = self.scroll_offset.y + y
        if row >= self.high:
            return Strip.blank(self.size.width, self.rich_style)
        text = Text.assemble(self.draw(row, self.room), end="")
        text.truncate(self.room, overflow="ellipsis", pad=True)
        under = self.has_focus and self.count > 0 and self.item_at(row) == self.cursor
        over = self.style_of("cursor") if under else None
        segments = Segment.apply_style(text.render(self.app.console), self.rich_style, over)
        return Strip(segments, self.room).adjust_cell_length(self.size.width, self.rich_style)

    def on_resize(self) -> None:
        self.lay_out()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self.vertical_scrollbar.position = new_value  # also while it is about to appear

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """A click takes the cursor there, a double click opens."""
        place = event.get_content_offset(self)
        item = self.item_at(self.scroll_offset.y + place.y) if place else None
        if item is None:
            return
        self._go(item)
        if event.chain == 2:
            self.opened(item)

    def action_move(self, by: int) -> None:
        self._go(self.cursor + by)

    def action_turn(self, by: int) -> None:
        """Go by as much as is seen at once."""
        if self.count:
            row = self.span(self.cursor).start + by * max(1, self.size.height)
            near = (self.item_at(place) for place in range(max(0, min(row, self.high - 1)), self.high))
            self._go(next((item for item in near if item is not None), self.count - 1))

    def action_first(self) -> None:
        self._go(0)
        self.scroll_home(animate=False, immediate=True, force=True)

    def action_last(self) -> None:
        self._go(self.count - 1)

    def action_open(self) -> None:
        if self.count:
            self.opened(self.cursor)

    def _go(self, item: int) -> None:
        self.cursor = max(0, min(item, self.count - 1))
        self.reveal()
        self.refresh()

    def reveal(self) -> None:
        """Scroll as little as is needed for the cursor to be seen; of what is too high, its beginning."""
        if self.count:
            rows, top = self.span(self.cursor), self.scroll_offset.y
            bottom = max(top, rows.stop - self.size.height)
            self.scroll_to(y=min(bottom, rows.start), animate=False, immediate=True, force=True)


@dataclass(frozen=True, slots=True)
class Form:
    """How wide the columns of a timeline are; one of width 0 is not there. Fleets without a column begin texts."""

    time: int
    fleet: int
    text: int

    @classmethod
    def of(cls, picture: Picture, width: int) -> "Form":
        time = len(clock(picture.state.at)) + 1 if width >= TIME_FROM else 0
        longest = max((len(name) for name in picture.fleets), default=0)
        fleet = min(FLEET_WIDTH, longest) + 1 if width >= FLEET_FROM else 0
        return cls(time, fleet, max(1, width - time - fleet - len("▶ ")))


class Timeline(Rows):
    """What happened. The newest line is at the bottom and stays in sight, unless one has gone back."""

    TITLE = "Timeline"
    HELP = """\
    ## Timeline

    What happened, the newest at the bottom. It follows what comes until you go back; **end** follows again.

    `▶` an order · `✓` well · `✗` not well · `“` what the scenario says · `$` a command was run

    **up**, **down** (or **k**, **j**), **page up**, **page down**, **home** and **end** move. **enter** or a double
    click opens a line: what was run, and the way back to that moment. **/** shows only lines with some text.
    """

    @dataclass
    class Chosen(Message):
        """The user wants to see more of a line. `line.at` is the moment to go back to, if it has one."""

        line: Line

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.following = True
        self._picture = Picture()
        self._filter = ""
        self._shown: object = None
        self._lines: list[Line] = []
        self._starts: list[int] = [0]
        self._form = Form(0, 0, 1)
        self._laying_out = False

    def show(self, picture: Picture) -> None:
        self._picture = picture
        lines = picture.lines
        shown = (len(lines), lines[0], lines[-1], picture.fleets) if lines else None
        if shown != self._shown:
            self._shown = shown
            self.lay_out()

    def set_filter(self, text: str) -> None:
        """Show only lines that have this text in them, whether in capitals or not; with none, all of them."""
        self._filter = text.strip().casefold()
        self.border_title = Text(f"{self.TITLE} / {self._filter}" if self._filter else self.TITLE)
        self.lay_out()

    @property
    def count(self) -> int:
        return len(self._lines)

    @property
    def high(self) -> int:
        return self._starts[-1] if self._lines else 1

    def span(self, item: int) -> range:
        return range(self._starts[item], self._starts[item + 1])

    def item_at(self, row: int) -> int | None:
        return bisect_right(self._starts, row) - 1 if row < self._starts[-1] else None

    def opened(self, item: int) -> None:
        self.post_message(self.Chosen(self._lines[item]))

    def lay_out(self) -> None:
        """Wrap all lines anew, and keep in sight what was in sight: the end, or else the same lines as before."""
        chosen = self._lines[self.cursor] if self._lines and not self.following else None
        top = self.scroll_offset.y - self._starts[self.cursor] if chosen else 0
        self._lines = [line for line in self._picture.lines if not self._filter or self._filter in _words(line)]
        self._form = Form.of(self._picture, self.room)
        self._starts = [0, *accumulate(len(self._wrapped(line)) for line in self._lines)]
        self._laying_out = True
        if chosen is None:
            self.cursor = self.count - 1
            super().lay_out()
            self.scroll_to(y=self.high, animate=False, immediate=True, force=True)
        else:
            self.cursor = self._lines.index(chosen) if chosen in self._lines else 0
            super().lay_out()
            self.scroll_to(y=self._starts[self.cursor] + top, animate=False, immediate=True, force=True)
        self._laying_out = False

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if not self._laying_out and self.count:
            self._follow(new_value >= self.max_scroll_y)

    def _go(self, item: int) -> None:
        super()._go(item)
        self._follow(self.cursor == self.count - 1)

    def _follow(self, following: bool) -> None:
        """Go with what comes from now on, or stay."""
        if following and not self.following:
            self.cursor = self.count - 1
        self.following = following
        self.border_subtitle = "" if following else "end follows"

    def draw(self, row: int, width: int) -> Text:
        item = self.item_at(row)
        if item is None:
            return Text("nothing that has this text" if self._filter else "nothing yet", self.style_of("quiet"))
        line, part = self._lines[item], row - self._starts[item]
        head, parts = self._head(line), self._wrapped(line)
        body = Text(parts[part], self._tone(line.tone))
        if line.command and part == len(parts) - 1:
            body.stylize(self.style_of("quiet"), len(body) - 1)
        if part:
            return Text.assemble(" " * head.cell_len, body)
        if line.fleet and not self._form.fleet:
            body.stylize(Style(bold=True), 0, len(line.fleet))
        return Text.assemble(head, body)

    def _head(self, line: Line) -> Text:
        """What stands before a text: time and fleet as far as there is room for them, and always the sign."""
        form = self._form
        time = clock(line.at) if line.at is not None else ""
        fleet = line.fleet[: max(0, form.fleet - 1)]
        return Text.assemble(
            (f"{time:>{form.time - 1}} " if form.time else "", self.style_of("quiet")),
            f"{fleet:<{form.fleet}}" if form.fleet else "",
            (f"{SIGNS[line.tone]} ", Style(color=WRONG, bold=True) if line.tone == "bad" else self._tone(line.tone)),
        )

    def _wrapped(self, line: Line) -> tuple[str, ...]:
        return wrapped(line, self._form.text, not self._form.fleet, self.app.console)

    def _tone(self, tone: Tone) -> Style:
        styles = {"order": Style(bold=True), "plain": Style()}
        names = {"say": "said", "good": "good", "bad": "bad", "quiet": "quiet"}
        return styles[tone] if tone in styles else self.style_of(names[tone])


def _words(line: Line) -> str:
    """All that a filter looks at."""
    return f"{line.fleet} {line.text} {line.command}".casefold()


@lru_cache(maxsize=4 * LINES)
def wrapped(line: Line, width: int, with_fleet: bool, console: Console) -> tuple[str, ...]:
    """A line's text in rows of at most that width, beginning with its fleet, and ending with `$` for a command."""
    told = " ".join(_parts(line, with_fleet))
    rows = [row.plain.rstrip() for row in Text(told).wrap(console, width, tab_size=4)]
    if len(rows) <= MOST_ROWS:
        return tuple(rows) or ("",)
    last = Text(" ".join(rows[MOST_ROWS - 1 :]))
    last.truncate(width, overflow="ellipsis")
    return (*rows[: MOST_ROWS - 1], last.plain)


def _parts(line: Line, with_fleet: bool) -> Iterable[str]:
    if with_fleet and line.fleet:
        yield line.fleet
    yield line.text
    if line.command:
        yield "$"
