"""The scorecard as a panel: every fleet's figures side by side, and who is better off."""

from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from lab.model.scorecard import FleetScore, scorecard
from lab.model.state import LabState
from lab.report.terminal import figures
from lab.report.timeline import plain
from lab.tui.widgets.resting import Resting

BETTER = "▲"

CLEARLY = 0.9
"""A fleet is better off if it pays less than this part of what the worst one pays. The rest may be chance."""

COSTS: dict[str, Callable[[FleetScore], float | None]] = {
    "… answered with an error": lambda s: s.requests["error"],
    "… refused by the proxy": lambda s: s.requests["refused"],
    "… dropped without an answer": lambda s: s.requests["dropped"],
    "latency p50 / p95 / p99": lambda s: s.latency_ms["p95"],
    "drifted servers": lambda s: s.drifted_servers if s.distinct_states else None,
    "distinct states": lambda s: s.distinct_states or None,
    "paths left behind by the roll-back": lambda s: None if s.rollback_seconds is None else len(s.residue_paths),
    "two versions at once": lambda s: s.mixed_version_seconds,
    "last release took": lambda s: s.release_seconds,
    "last roll-back took": lambda s: s.rollback_seconds,
    "server-seconds": lambda s: s.server_seconds,
    "changes made by hand": lambda s: s.manual_changes,
    "orders lost behind a 200": lambda s: s.lost_orders,
    "server-seconds beyond the wanted": lambda s: s.extra_server_seconds,
    "… the last one took": lambda s: s.recovery_seconds,
}
"""Rows in which less is better, and how much it is; None where there is nothing to compare yet."""

HEAD_FROM = 4
"""From this height on, the fleets' names stay in sight."""

LABEL, LABEL_WISHED = 10, 26
"""As narrow as labels may become, and how wide they should be before cells grow."""

CELL = 11
"""As narrow as cells may become: a latency's three figures fit."""


class Scorecard(Resting, ScrollView, inherit_bindings=False):
    """The same figures as in a report, as they are so far."""

    TITLE = "Scorecard"
    HELP = f"""\
    ## Scorecard

    What each fleet's way of changing costs, so far, computed from the events alone. Where less is better, `{BETTER}`
    marks those that are clearly better off, by a tenth at least; less than that may be chance.

    Servers, versions and drift are of the moment, drift as the last scan saw it; all else is since the beginning.

    **arrows** or **h j k l**, **page up**, **page down**, **home** and **end** scroll.
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll_up", "Up", id="scorecard.up", show=False),
        Binding("down,j", "scroll_down", "Down", id="scorecard.down", show=False),
        Binding("left,h", "scroll_left", "Left", id="scorecard.left", show=False),
        Binding("right,l", "scroll_right", "Right", id="scorecard.right", show=False),
        Binding("pageup", "page_up", "Page up", id="scorecard.page-up", show=False),
        Binding("pagedown", "page_down", "Page down", id="scorecard.page-down", show=False),
        Binding("home", "scroll_home", "First", id="scorecard.first", show=False),
        Binding("end", "scroll_end", "Last", id="scorecard.last", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"scorecard--label", "scorecard--better"}
    ALLOW_SELECT = False
    REST = 1.0
    DEFAULT_CSS = """
    Scorecard {
        width: 1fr; height: 1fr;
        overflow: auto auto; scrollbar-size: 0 1; scrollbar-gutter: stable;
    }
    Scorecard > .scorecard--label { color: $text-muted; }
    Scorecard > .scorecard--better { color: $text-success; text-style: bold; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._lines: list[Text] = []

    def shown(self) -> object:
        return self.picture.state

    @property
    def _state(self) -> LabState:
        return self.picture.state

    def on_resize(self) -> None:
        self.draw()

    def draw(self) -> None:
        scores = scorecard(self._state)
        room = self.scrollable_content_region.width
        self._lines = list(self._table(scores, room)) if scores else [Text("no figures yet", self._label)]
        width = max(line.cell_len for line in self._lines)
        self.virtual_size = Size(max(room, width), len(self._lines))
        self.refresh()

    @property
    def _label(self) -> Style:
        return self.get_component_rich_style("scorecard--label")

    def _table(self, scores: dict[str, FleetScore], room: int) -> Iterator[Text]:
        """The fleets' names and ways of changing, and their figures; long labels and cells in several lines."""
        rows = [(label, _closer(cells), better(label, [*scores.values()])) for label, cells in figures(scores.values())]
        names = [plain(name) for name in scores]
        ways = [plain(self._state.fleets[name].spec.strategy) for name in scores]
        most = max(CELL, (room - LABEL_WISHED) // len(names) - 3)
        columns = zip(names, ways, *(cells for _, cells, _ in rows), strict=True)
        widths = [min(most, max(map(len, column))) for column in columns]
        longest = max(len(label) for label, _, _ in rows) + 2
        label_width = max(LABEL, min(longest, room - sum(width + 3 for width in widths)))
        nobody = [False] * len(names)
        yield from self._row("fleet", names, nobody, [label_width, *widths], Style(bold=True))
        yield from self._row("strategy", ways, nobody, [label_width, *widths], self._label)
        for label, cells, marks in rows:
            yield from self._row(label, cells, marks, [label_width, *widths], Style())

    def _row(
        self, label: str, cells: Sequence[str], marks: Sequence[bool], widths: Sequence[int], style: Style
    ) -> Iterator[Text]:
        good = self.get_component_rich_style("scorecard--better")
        wrapped = [self._wrapped(words, width) for words, width in zip((label, *cells), widths, strict=True)]
        for number, (name, *parts) in enumerate(zip_longest(*wrapped, fillvalue="")):
            line = Text().append(f"{'  ' if number else ''}{name}".ljust(widths[0]), self._label)
            for part, marked, width in zip(parts, marks, widths[1:], strict=True):
                line.append(f" {part:>{width}}", good if marked else style)
                line.append(f" {BETTER}" if marked and not number else "  ", good)
            yield line

    def _wrapped(self, words: str, width: int) -> list[str]:
        return [
            part.plain.strip()
            for part in Text(words).wrap(self.app.console, width - 2 if len(words) > width else width)
        ]

    def render_line(self, y: int) -> Strip:
        headed = self.size.height >= HEAD_FROM and y == 0
        number = 0 if headed else self.scroll_offset.y + y
        if number >= len(self._lines):
            return Strip.blank(self.size.width, self.rich_style)
        line = Text.assemble(self._lines[number], end="")
        strip = Strip(Segment.apply_style(line.render(self.app.console), self.rich_style), line.cell_len)
        left = self.scroll_offset.x
        return strip.crop_extend(left, left + self.size.width, self.rich_style)


def better(label: str, scores: Sequence[FleetScore]) -> list[bool]:
    """Which fleets are clearly better off in the row of this label."""
    cost = COSTS.get(label, lambda score: None)
    known = [figure for figure in map(cost, scores) if figure is not None]
    if len(known) < len(scores) or min(known) >= CLEARLY * max(known):
        return [False] * len(scores)
    return [figure <= CLEARLY * max(known) and figure * CLEARLY <= min(known) for figure in known]


def _closer(cells: Sequence[str]) -> list[str]:
    """Several figures in one cell without spaces between them: columns are narrow."""
    return [cell.replace(" / ", "/") for cell in cells]
