"""What all dialogs have in common: they stand in the middle, over a dimmed screen."""

from functools import lru_cache
from typing import Self, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.geometry import Region
from textual.renderables.background_screen import BackgroundScreen
from textual.screen import ModalScreen
from textual.strip import Strip

Result = TypeVar("Result")


class Dialog(ModalScreen[Result]):
    """A screen above another, which can still be seen.

    Textual dims what is below piece by piece, some thousand of them, each time that some of it changes. Here each
    style is mixed once, and each line only when it is asked for.
    """

    DEFAULT_CSS = """
    Dialog { align: center middle; background: $background 60%; }
    """
    _below: list[Strip] | None = None
    _veil = Color(0, 0, 0, 0)

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        self._below = None
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def on_resize(self) -> None:
        self._below = None

    def render_lines(self, crop: Region) -> list[Strip]:
        if self._below is None:
            background = self.render()
            if not isinstance(background, BackgroundScreen):  # it is the only screen
                return super().render_lines(crop)
            self._below, self._veil = background.screen._compositor.render_strips(), background.color
        return [self._line(y).crop(crop.x, crop.right) for y in crop.line_range]

    def _line(self, y: int) -> Strip:
        assert self._below is not None
        line = veiled(self._below[y], self._veil) if y < len(self._below) else Strip.blank(self.size.width)
        for line_filter in self.get_line_filters():
            line = line.apply_filter(line_filter, self._veil)
        return line


def veiled(strip: Strip, veil: Color) -> Strip:
    """A line as it is below a translucent color."""
    return Strip([Segment(text, dimmed(style, veil)) for text, style, _ in strip], strip.cell_length)


@lru_cache(maxsize=4096)
def dimmed(style: Style | None, veil: Color) -> Style | None:
    """A style as it is below a translucent color, without links and meta data."""
    [segment] = BackgroundScreen.process_segments([Segment("", style)], veil)
    return segment.style
