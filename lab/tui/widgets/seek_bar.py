"""The way through lab time: where one is, how far it goes, and when orders were given."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual import events
from textual.message import Message
from textual.widget import Widget

from lab.report.timeline import clock

HERE = "●"
PASSED, PASSED_ORDER = "━", "┿"
AHEAD, AHEAD_ORDER = "─", "┼"

TRACK = 10
"""If less than this remains for the track, what stands beside it gives way."""


@dataclass(frozen=True, slots=True)
class Position:
    """What is shown: the moment `at` of `end` seconds of lab time, and how it goes on from there."""

    at: float = 0.0
    end: float = 0.0
    live: bool = False
    playing: bool = False
    speed: str = ""
    marks: tuple[float, ...] = ()

    def column(self, moment: float, width: int) -> int:
        """The column of a moment on a track of that width."""
        share = min(1.0, max(0.0, moment / self.end)) if self.end else 1.0
        return round(share * (width - 1))

    def moment(self, column: int, width: int) -> float:
        """The moment of a column, or of the end that is nearer to it."""
        return self.end * min(1.0, max(0.0, column / max(1, width - 1)))


class SeekBar(Widget):
    """One line: the time, a track, and the end. A click or a drag on the track goes to a moment."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"seek-bar--passed", "seek-bar--quiet"}
    ALLOW_SELECT = False
    DEFAULT_CSS = """
    SeekBar { height: 1; padding: 0 1; }
    SeekBar > .seek-bar--passed { color: $text-accent; }
    SeekBar > .seek-bar--quiet { color: $text-muted; }
    """

    @dataclass
    class Sought(Message):
        """The user wants to see the lab as it was at `at`."""

        at: float

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._position = Position()
        self._drawn = Text()
        self._dragged: int | None = None

    def show_position(
        self, at: float, end: float, live: bool, playing: bool, speed: str, marks: Sequence[float] = ()
    ) -> None:
        """Show this moment. `live` is whether it is the newest there is, `marks` are when orders were given."""
        self._position = Position(at, end, live, playing, speed, tuple(marks))
        if self._line() != self._drawn:
            self.refresh()

    def render(self) -> Text:
        self._drawn = self._line()
        return self._drawn

    def _line(self) -> Text:
        before, after = self._sides()
        return Text.assemble(before, self._track(self._track_width(before, after)), after, no_wrap=True)

    def _sides(self) -> tuple[Text, Text]:
        """What stands before and after the track: as much of it as leaves room for one."""
        position = self._position
        sign = "▶" if position.playing else "‖"
        where = "● live" if position.live else "◀ past"
        quiet = self.get_component_rich_style("seek-bar--quiet")
        now = f"{sign} {clock(position.at)} "
        befores = [Text(words, "bold") for words in (now, now, now, f"{sign} ")]
        afters = [
            Text.assemble((f" {clock(position.end)}", quiet), f"  {position.speed}  ", (where, "bold")),
            Text.assemble((f" {clock(position.end)}", quiet), "  ", (where[0], "bold")),
            Text.assemble(" ", (where[0], "bold")),
            Text(""),
        ]
        sides = list(zip(befores, afters, strict=True))
        return next((pair for pair in sides if self._track_width(*pair) >= TRACK), sides[-1])

    def _track_width(self, before: Text, after: Text) -> int:
        return max(0, self.size.width - before.cell_len - after.cell_len)

    def _track(self, width: int) -> Text:
        if not width:
            return Text()
        position = self._position
        here = position.column(position.at, width)
        orders = {position.column(moment, width) for moment in position.marks}
        passed = self.get_component_rich_style("seek-bar--passed")
        quiet = self.get_component_rich_style("seek-bar--quiet")

        def cell(column: int) -> tuple[str, Style]:
            if column == here:
                return HERE, passed
            if column < here:
                return PASSED_ORDER if column in orders else PASSED, passed
            return AHEAD_ORDER if column in orders else AHEAD, quiet

        runs = groupby(map(cell, range(width)), lambda drawn: drawn[1])
        return Text.assemble(*(("".join(char for char, _ in run), style) for style, run in runs))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self.capture_mouse()
        self._seek(event)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._dragged is not None:
            self._seek(event)

    def on_mouse_up(self) -> None:
        self.release_mouse()
        self._dragged = None

    def _seek(self, event: events.MouseEvent) -> None:
        before, after = self._sides()
        column = event.get_content_offset_capture(self).x - before.cell_len
        if column != self._dragged:
            self._dragged = column
            self.post_message(self.Sought(self._position.moment(column, self._track_width(before, after))))
