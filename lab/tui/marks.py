"""How versions look, everywhere the same: a colour and, where there is none, a letter.

The colours are from the palette of Okabe and Ito, which people with any kind of colour blindness can tell apart
("Color Universal Design", https://jfly.uni-koeln.de/color/); its vermillion is kept for what went wrong. On a light
background most of them are too pale to be seen; there, darker ones of the same hues stand for them, which are as far
from each other, and from vermillion, as those of the palette.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from rich.style import Style

COLOURS = ("#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#0072b2", "#f0e442")
LIGHT_COLOURS = ("#128eb7", "#4f3007", "#065137", "#aa3a86", "#0e3697", "#5e5402")
"""The same, on a light background."""

WRONG = "#d55e00"
"""The colour of what went wrong, and of nothing else; it can be seen on dark and on light."""

LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Mark:
    """What stands for a version."""

    letter: str
    colour: str

    @property
    def style(self) -> Style:
        return _style(self.colour)


@cache
def _style(colour: str) -> Style:
    """One style for all that has this colour: making one costs more than drawing with it."""
    return Style(color=colour)


def mark(version: str, versions: Sequence[str], dark: bool = True) -> Mark:
    """The mark of a version among all that the session knows, in their order; further ones begin again.

    `dark` is whether it will stand on a dark background (`app.current_theme.dark`).
    """
    place = versions.index(version) if version in versions else len(versions)
    colours = COLOURS if dark else LIGHT_COLOURS
    return Mark(LETTERS[place % len(LETTERS)], colours[place % len(colours)])
