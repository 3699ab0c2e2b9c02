"""How versions look, everywhere the same: a colour and, where there is none, a letter.

The colours are from the palette of Okabe and Ito, which people with any kind of colour blindness can tell apart
("Color Universal Design", https://jfly.uni-koeln.de/color/); its vermillion is kept for what went wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.style import Style

COLOURS = ("#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#0072b2", "#f0e442")
WRONG = "#d55e00"
"""The colour of what went wrong, and of nothing else."""

LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Mark:
    """What stands for a version."""

    letter: str
    colour: str

    @property
    def style(self) -> Style:
        return Style(color=self.colour)


def mark(version: str, versions: Sequence[str]) -> Mark:
    """The mark of a version among all that the session knows, in their order; further ones begin again."""
    place = versions.index(version) if version in versions else len(versions)
    return Mark(LETTERS[place % len(LETTERS)], COLOURS[place % len(COLOURS)])
