"""Recent requests of one fleet, one by one: in a switch of versions one sees them change colour."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.strip import Strip

from lab.model.events import RequestSample
from lab.report.timeline import plain
from lab.tui.marks import WRONG, mark
from lab.tui.picture import SAMPLES, Picture, Point
from lab.tui.widgets.resting import Lines
from lab.tui.widgets.trends import strip

SERVED, SLOW, ERROR, LOST = "●", "◔", "✗", "✖"
LOST_OUTCOMES = ("refused", "dropped")

LOST_SHOWN = 12
"""As many lost requests of an interval are shown beyond those among its samples; the counter has them all."""

LEGEND_FROM = 50
"""From this width on, there is room to say which colour is which version."""

NOBODY = RequestSample(0.0, "", "", "dropped", 0, 0.0)
"""What stands for a lost request of which there is no sample."""

Dot = tuple[str, Style]

BLANK: Dot = (" ", Style())
LOST_STYLE = Style(color=WRONG, bold=True, reverse=True)
ERROR_STYLE = Style(color=WRONG, bold=True)
SLOW_STYLE = Style(color=WRONG)


class Requests(Lines):
    """A sample of the requests, newest at the right, and every lost one. With `letters`, versions are told apart by
    the letters of their marks; without colours they always are."""

    TITLE = "Requests"
    HELP = """\
    ## Requests

    Single requests, the newest at the right; what ended in the same interval stands together. It is a sample, except
    that no loss is left out: of each interval, up to a dozen lost requests are shown even if the sample missed them.

    - `●` served, in the colour of the version that answered
    - `◔` served, but slower than the SLO
    - `✗` a server answered with an error
    - `✖` lost: refused by the proxy for want of a server, or dropped without an answer

    The figures at the end count every request since the beginning.
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"requests--label"}
    DEFAULT_CSS = """
    Requests { width: 1fr; height: 1fr; }
    Requests > .requests--label { color: $text-muted; }
    """

    def __init__(self, fleet: str, *, letters: bool = False, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.fleet = fleet
        self.letters = letters

    def on_mount(self) -> None:
        self.border_title = Text(f"{self.TITLE} · {plain(self.fleet)}")

    def shown(self) -> object:
        fleet, points = self.picture.state.fleets.get(self.fleet), self.picture.points[self.fleet]
        return points[-1].at if points else None, fleet.ledger if fleet else None

    def lines(self, width: int, height: int) -> Iterator[Text | Strip]:
        fleet = self.picture.state.fleets.get(self.fleet)
        if fleet is None or not fleet.ledger.sent:
            yield Text("no requests yet", self._label)
        elif height < 2:
            counter = self._counter(width // 2)
            yield self.beside(*self._rows(width - counter.cell_len - 1, 1), Text(" "), counter)
        else:
            yield from self._rows(width, height - 1)
            yield self._foot(width)

    @property
    def _label(self) -> Style:
        return self.get_component_rich_style("requests--label")

    def _rows(self, width: int, rows: int) -> Iterator[Strip]:
        """Columns of dots, down and then to the right; no two intervals share one."""
        columns: list[list[Dot]] = []
        dot = self._dots()
        for requests in intervals(self.picture, self.fleet):
            dots = [dot(request) for request in requests]
            high = math.ceil(len(dots) / math.ceil(len(dots) / rows))
            columns += [dots[place : place + high] for place in range(0, len(dots), high)]
        columns = columns[-width:] if width > 0 else []
        before = [BLANK] * (width - len(columns))
        for row in range(rows):
            yield strip([*before, *(column[row] if row < len(column) else BLANK for column in columns)])

    def _dots(self) -> Callable[[RequestSample], Dot]:
        """What draws requests; those that look alike are made once."""
        slo = self.picture.state.session.slo if self.picture.state.session else math.inf
        marked = cache(self._mark)

        def dot(request: RequestSample) -> Dot:
            if request.outcome in LOST_OUTCOMES:
                return LOST, LOST_STYLE
            if request.outcome != "served":
                return ERROR, ERROR_STYLE
            return (SLOW, SLOW_STYLE) if request.latency > slo else marked(request.version)

        return dot

    def _mark(self, version: str) -> Dot:
        found = mark(version, self.picture.versions, self.app.current_theme.dark)
        return found.letter if self.letters or self.app.no_color else SERVED, found.style

    def _foot(self, width: int) -> Text:
        """Which colour is which version, as far as they are on the screen, and the counter."""
        if width < LEGEND_FROM:
            return self._counter(width)
        seen = {request.version for request in self.picture.samples[self.fleet] if request.outcome == "served"}
        legend = Text()
        for version in (version for version in self.picture.versions if version in seen):
            legend.append(*self._mark(version)).append(f" {plain(version)}   ", self._label)
        legend.truncate(width // 2, overflow="ellipsis")
        counter = self._counter(width - legend.cell_len - 1)
        return Text.assemble(legend, " " * (width - legend.cell_len - counter.cell_len), counter)

    def _counter(self, width: int) -> Text:
        """The ledger's figures, in as many words as there is room for."""
        ledger = self.picture.state.fleets[self.fleet].ledger
        lost = ledger.refused + ledger.dropped
        wordings: tuple[Sequence[tuple[str, int]], ...] = (
            ((f"{ledger.sent:,} sent", 0), (f"{ledger.error:,} errors", ledger.error), (f"{lost:,} lost", lost)),
            ((f"{ledger.sent:,}", 0), (f"{ERROR} {ledger.error:,}", ledger.error), (f"{LOST} {lost:,}", lost)),
            ((f"{ERROR} {ledger.error:,}", ledger.error), (f"{LOST} {lost:,}", lost)),
        )
        worded = [_figures(words, self._label) for words in wordings]
        return next((words for words in worded if words.cell_len <= width), worded[-1])


def _figures(words: Iterable[tuple[str, int]], quiet: Style) -> Text:
    wrong = Style(color=WRONG, bold=True)
    return Text("  ").join(Text(text, wrong if number else quiet) for text, number in words)


def intervals(picture: Picture, fleet: str) -> list[list[RequestSample]]:
    """The samples of each interval that some are left of, oldest first, with the lost requests that they miss."""
    samples, points = picture.samples[fleet], list(picture.points[fleet])
    if len(samples) == SAMPLES:
        points = [point for point in points if point.start >= samples[0].at] or points[-1:]
    found = list(_divided(samples, points))
    owed = 0
    for some, point in zip(found, points, strict=True):
        owed += point.lost - Counter(request.outcome in LOST_OUTCOMES for request in some)[True]
        some += [NOBODY] * min(LOST_SHOWN, max(0, owed))
        owed = min(0, owed)  # a sample may have come an interval before the count that it is part of
    return [some for some in found if some]


def _divided(samples: Iterable[RequestSample], points: Sequence[Point]) -> list[list[RequestSample]]:
    """Samples by the interval that they came with. They are in order of these, though not of their times."""
    divided: list[list[RequestSample]] = [[] for _ in points]
    number = 0
    for request in samples:
        while number < len(points) - 1 and request.at > points[number].at:
            number += 1
        if points and (number or request.at >= points[0].start):
            divided[number].append(request)
    return divided
