"""What panels of figures have in common: once they are drawn they rest, for nobody can read figures that run."""

import time
from abc import abstractmethod
from collections.abc import Iterable
from typing import ClassVar, Self

from rich.style import Style
from rich.text import Text
from textual.geometry import Region
from textual.strip import Strip

from lab.tui.picture import Picture
from lab.tui.widgets.panel import Panel


class Resting(Panel):
    """A panel that keeps what it has drawn for `REST` seconds, however much happens meanwhile.

    While it is not `settled`, it is to be shown the newest picture again. It was last drawn at `drawn_at`, a moment of
    the monotonic clock in seconds.
    """

    REST: ClassVar[float] = 0.25

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.picture = Picture()
        self.settled = True
        self._seen: object = None
        self.drawn_at = -self.REST

    @abstractmethod
    def shown(self) -> object:
        """What is drawn follows from this: while it stays the same there is nothing to draw."""

    @abstractmethod
    def draw(self) -> None:
        """Draw the newest picture."""

    def show(self, picture: Picture) -> None:
        self.picture = picture
        now = time.monotonic()
        self.settled = now >= self.drawn_at + self.REST
        if not self.settled:
            return
        shown = self.shown()
        if shown != self._seen:
            self._seen, self.drawn_at = shown, now
            self.draw()


class Lines(Resting):
    """A panel whose lines are made all at once whenever it is drawn."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._strips: list[Strip] = []
        self._stale = True

    @abstractmethod
    def lines(self, width: int, height: int) -> Iterable[Text | Strip]:
        """The panel from top to bottom."""

    def draw(self) -> None:
        self.refresh()

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        self._stale = True
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def on_resize(self) -> None:
        self._stale = True

    def render_lines(self, crop: Region) -> list[Strip]:
        if self._stale:  # it is asked for its lines also where only its neighbours are drawn
            self._stale = False
            (width, height), style = self.size, self.rich_style
            self._strips = [self._strip(line, width, style) for line in self.lines(width, height)]
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        return self._strips[y] if y < len(self._strips) else Strip.blank(self.size.width, self.rich_style)

    def beside(self, *parts: Text | Strip) -> Strip:
        """Parts of a line, one beside the other."""
        return Strip.join([part if isinstance(part, Strip) else self._rendered(part) for part in parts])

    def _rendered(self, text: Text) -> Strip:
        styled = Text.assemble(text)  # a text without spans would leave its own style out
        return Strip(styled.render(self.app.console), text.cell_len)

    def _strip(self, line: Text | Strip, width: int, style: Style) -> Strip:
        return self.beside(line).apply_style(style).adjust_cell_length(width, style)
