"""Trends of one fleet: how slow and how faulty its requests were, on the same scale as those of every other fleet."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from statistics import median
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.strip import Strip

from lab.model.events import OrderGiven
from lab.report.timeline import plain
from lab.tui.marks import WRONG, mark
from lab.tui.picture import Picture, Point
from lab.tui.widgets.resting import Lines

BLOCKS = " ▁▂▃▄▅▆▇█"
LEVELS = len(BLOCKS) - 1
LOST = "✖"
SLO = "┄"
ORDER = "▶"
SLOW = "✗"

LEAST_LATENCY = 0.01
LEAST_ERRORS = 0.01
"""Scales never end below these, in seconds and as a share: what is smaller is noise."""

TICKLESS = ("say", "scan", "wait-until")
"""Orders that change nothing, so that no trend could turn on them."""

WIDE = (4, 2)
"""How many columns an interval may have while there are few of them."""

AXIS_FROM = 6
"""From this height on, the orders have a line of their own below the charts."""

Cell = tuple[str, Style]


class Trends(Lines):
    """The 95th percentile of the latency and the share of errors of one fleet, over time."""

    TITLE = "Trends"
    HELP = """\
    ## Trends

    Two charts over the same time, the newest at the right: the 95th percentile of the **latency**, and the share of
    requests that were **not served**.

    Both have one scale for all fleets, so that heights can be compared across the screen. It is written above each
    chart and grows in steps of 1, 2 and 5. Bars have the colour of the version that answered most; above the SLO
    (`┄`) they have the colour of what went wrong. However few errors there were, they are a step high; `✖` stands
    where requests were lost, which means that no server answered. `▶` marks an order.
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"trends--label"}
    REST = 0.5
    DEFAULT_CSS = """
    Trends { width: 1fr; height: 1fr; }
    Trends > .trends--label { color: $text-muted; }
    """

    def __init__(self, fleet: str, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.fleet = fleet
        self._resampled: dict[int, tuple[Frame, list[Column | None]]] = {}
        self._label = Style()
        self._dark = True

    def shown(self) -> object:
        picture = self.picture
        newest = tuple((name, len(picture.points[name]), _newest(picture.points[name])) for name in picture.fleets)
        return newest, len(picture.state.orders)

    def lines(self, width: int, height: int) -> Iterator[Text | Strip]:
        self._resampled.clear()
        self._label = self.get_component_rich_style("trends--label")
        self._dark = self.app.current_theme.dark
        if self.fleet not in self.picture.state.fleets or not self.picture.points[self.fleet]:
            yield Text("no requests yet", self._label)
        elif height < 2:
            yield self._figures(width)
        else:
            yield from self._charts(width, height)

    def _charts(self, width: int, height: int) -> Iterator[Text | Strip]:
        """Both charts from top to bottom, and the orders below them if there is room."""
        axis = 1 if height >= AXIS_FROM else 0
        for chart, rows in zip((self._latency(), self._errors()), _halves(height - axis), strict=True):
            yield from self._chart(chart, width, rows)
        if axis:
            yield self._axis(width)

    def _figures(self, width: int) -> Text:
        """Only the newest figures, where there is room for nothing else."""
        latency, errors = self._latency(), self._errors()
        whole = Text.assemble("p95 ", latency.now, "  errors ", errors.now)
        short = Text.assemble(latency.now, "  ✗ ", errors.now)
        return whole if whole.cell_len <= width else short

    def _latency(self) -> "_Chart":
        picture = self.picture
        slo = picture.state.session.slo if picture.state.session else math.inf
        newest = picture.points[self.fleet][-1].p95
        words = "–" if newest is None else milliseconds(newest)
        slow = newest is not None and newest > slo
        now = Text(f"{SLOW} {words}" if slow else words, Style(color=WRONG if slow else None, bold=True))
        return _Chart("p95", latency_scale(picture), slo, now)

    def _errors(self) -> "_Chart":
        newest = self.picture.points[self.fleet][-1]
        now = Text(f"{newest.errors:.1%}".replace("%", " %"), Style(color=WRONG if newest.bad else None, bold=True))
        if newest.lost:
            now.append(f" {LOST} {newest.lost:,} lost", Style(color=WRONG, bold=True))
        return _Chart("errors", error_scale(self.picture), None, now)

    def _chart(self, chart: "_Chart", width: int, rows: int) -> Iterator[Text | Strip]:
        """A line that says what is drawn and how it is now, and the bars; all in one line if there is but one."""
        if rows == 1:
            head = Text(f"{chart.short} ", self._label)
            tail = Text.assemble(" ", chart.now)
            yield self.beside(head, next(self._bars(chart, width - head.cell_len - tail.cell_len, 1)), tail)
            return
        slo = f"   SLO {milliseconds(chart.slo)}" if chart.slo is not None else ""
        yield _spread([f"{chart.scale}{slo}", chart.scale], self._label, chart.now, width)
        yield from self._bars(chart, width, rows - 1)

    def _bars(self, chart: "_Chart", width: int, rows: int) -> Iterator[Strip]:
        if width < 1:
            return iter([Strip([])])
        _, columns = self._columns(width)
        draw = self._error_bar if chart.slo is None else self._latency_bar
        drawn = [draw(column, chart, rows) for column in columns]
        return (strip(drawn[place][row] for place in range(width)) for row in range(rows))

    def _columns(self, width: int) -> "tuple[Frame, list[Column | None]]":
        """What is drawn on so many columns, worked out once for each picture."""
        if width not in self._resampled:
            frame = Frame.of(self.picture, width)
            self._resampled[width] = frame, resampled(self.picture.points[self.fleet], frame)
        return self._resampled[width]

    def _latency_bar(self, column: "Column | None", chart: "_Chart", rows: int) -> list[Cell]:
        assert chart.slo is not None
        value = column.p95 if column else None
        over = value is not None and value > chart.slo
        colour = WRONG if over else self._colour(column.version) if column else None
        line = rows - 1 - min(rows - 1, int(chart.slo / chart.top * rows)) if chart.slo <= chart.top else None
        return [
            (SLO, self._label) if char == " " and row == line and rows > 1 else (char, coloured(colour))
            for row, char in enumerate(bar(value, chart.top, rows))
        ]

    def _colour(self, version: str) -> str:
        return mark(version, self.picture.versions, self._dark).colour

    def _error_bar(self, column: "Column | None", chart: "_Chart", rows: int) -> list[Cell]:
        chars = bar(column.errors if column else None, chart.top, rows)
        if column and column.lost:
            chars[next(row for row, char in enumerate(chars) if char != " ")] = LOST
        return [(char, coloured(WRONG, char == LOST)) for char in chars]

    def _axis(self, width: int) -> Text:
        """The orders of this fleet at their time, named as far as there is room."""
        frame, _ = self._columns(width)
        cells = [" "] * width
        ago = f"−{width * frame.step:,.0f} s"
        cells[: len(ago)] = ago[:width]
        free = width
        for order in self._orders_since(frame.first * frame.step):
            place = math.floor(order.at / frame.step) - frame.first
            if not 0 <= place < free:
                continue
            label = f" {plain(order.verb)} "
            words = label if place + 1 + len(label) <= free else ""
            cells[place : place + 1 + len(words)] = [ORDER, *words]
            free = place
        return Text("".join(cells), self._label)

    def _orders_since(self, at: float) -> Iterator[OrderGiven]:
        """The newest first. Orders are numbered from 1 on."""
        orders = self.picture.state.orders
        for number in range(len(orders), 0, -1):
            order = orders.get(number)
            if order is None or order.at < at:
                return
            if self.fleet in order.fleets and order.verb not in TICKLESS:
                yield order

    def on_mount(self) -> None:
        self.border_title = Text(f"{self.TITLE} · {plain(self.fleet)}")


@dataclass(frozen=True, slots=True)
class _Chart:
    """What one chart shows, from 0 to `top`. Only a latency has an `slo`."""

    name: str
    top: float
    slo: float | None
    now: Text

    @property
    def short(self) -> str:
        return self.name[:3]

    @property
    def scale(self) -> str:
        unit = f"{self.top:.3%}".rstrip("0%").rstrip(".") + " %" if self.slo is None else milliseconds(self.top)
        return f"{self.name} 0–{unit}"


@dataclass(frozen=True, slots=True)
class Column:
    """What is drawn in one column: all that ended in its time."""

    p95: float | None
    errors: float
    lost: int
    version: str


@dataclass(frozen=True, slots=True)
class Frame:
    """The time that a chart shows: `width` columns of `step` seconds each, the first of them numbered `first`.

    Columns lie at whole multiples of their step since the beginning of lab time, so that what is in one of them stays
    together while the chart moves on.
    """

    step: float
    first: int
    width: int

    @classmethod
    def of(cls, picture: Picture, width: int) -> "Frame":
        """The frame for all fleets' points: the same for each, as long as their charts are as wide."""
        points = [point for fleet in picture.fleets for point in picture.points[fleet]]
        interval = max(0.05, round(median(point.at - point.start for point in points) * 20) / 20)
        begin, end = min(point.start for point in points), max(point.at for point in points)
        needed = (end - begin) / interval
        wide = next((wide for wide in WIDE if needed * wide <= width), 1)
        step = interval / wide * max(1, math.ceil(needed / width - 0.01))
        last = max(math.floor(max(map(_middle, points)) / step), math.ceil(end / step - 0.5) - 1)
        return cls(step, last - width + 1, width)

    def middle(self, number: int) -> float:
        return (number + 0.5) * self.step


def resampled(points: Iterable[Point], frame: Frame) -> list[Column | None]:
    """A fleet's points as columns; None where nothing was counted."""
    ended: defaultdict[int, list[Point]] = defaultdict(list)
    over: dict[int, Point] = {}
    for point in points:
        if point.sent:
            ended[math.floor(_middle(point) / frame.step)].append(point)
            # Real intervals are not as even as columns, which may leave one empty between two of them.
            for number in range(math.floor(point.start / frame.step), math.floor(point.at / frame.step) + 1):
                if point.start <= frame.middle(number) < point.at:
                    over[number] = point
    numbers = range(frame.first, frame.first + frame.width)
    found = (ended.get(number) or ([over[number]] if number in over else []) for number in numbers)
    return [_column(some) if some else None for some in found]


def _column(points: Sequence[Point]) -> Column:
    """Several points as one: the slowest of them, and all their errors."""
    answered: defaultdict[str, int] = defaultdict(int)
    for version, number in (pair for point in points for pair in point.versions):
        answered[version] += number
    return Column(
        p95=max((point.p95 for point in points if point.p95 is not None), default=None),
        errors=sum(point.bad for point in points) / sum(point.sent for point in points),
        lost=sum(point.lost for point in points),
        version=max(answered, key=lambda version: answered[version], default=""),
    )


def bar(value: float | None, top: float, rows: int) -> list[str]:
    """One bar from its top row down; whatever is above nothing is at least one step high."""
    level = max(1, min(rows * LEVELS, round(value / top * rows * LEVELS))) if value else 0
    return [BLOCKS[max(0, min(LEVELS, level - (rows - 1 - row) * LEVELS))] for row in range(rows)]


def latency_scale(picture: Picture) -> float:
    """Where the scale of latencies ends, in seconds: the same for every fleet."""
    return rounded_up(max((point.p95 or 0.0 for point in _all(picture)), default=0.0), LEAST_LATENCY)


def error_scale(picture: Picture) -> float:
    """Where the scale of errors ends, as a share: the same for every fleet."""
    return min(1.0, rounded_up(max((point.errors for point in _all(picture)), default=0.0), LEAST_ERRORS))


def rounded_up(value: float, least: float) -> float:
    """The next of 1, 2, 5, 10, 20, 50 … that is not below `value`; at least `least`."""
    if value <= least:
        return least
    power = math.floor(math.log10(value))
    steps = (float(f"{step}e{power}") for step in (1, 2, 5, 10))
    return next(step for step in steps if step >= value)


def milliseconds(latency: float) -> str:
    return f"{latency * 1000:,.0f} ms" if latency < 10 else f"{latency:,.0f} s"


@lru_cache(maxsize=64)
def coloured(colour: str | None, bold: bool = False) -> Style:
    """The same style for all cells that look alike: there are thousands of them."""
    return Style(color=colour, bold=bold)


def strip(cells: Iterable[Cell]) -> Strip:
    """Cells side by side; those of one style in one piece."""
    return Strip(
        Segment("".join(char for char, _ in run), style) for style, run in groupby(cells, lambda cell: cell[1])
    )


def _all(picture: Picture) -> Iterator[Point]:
    return (point for fleet in picture.fleets for point in picture.points[fleet])


def _middle(point: Point) -> float:
    return (point.start + point.at) / 2


def _newest(points: Sequence[Point]) -> float:
    return points[-1].at if points else -1.0


def _halves(rows: int) -> tuple[int, int]:
    return rows - rows // 2, rows // 2


def _spread(wordings: Sequence[str], style: Style, right: Text, width: int) -> Text:
    """The first of `wordings` that has room at the left of `right`, and `right` at the right end."""
    room = width - right.cell_len - 1
    left = next((words for words in wordings if len(words) <= room), wordings[-1][: max(0, room)])
    return Text.assemble((left.ljust(room + 1), style), right)
