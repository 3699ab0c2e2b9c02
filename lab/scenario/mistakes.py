"""Mistakes in a scenario file, as values, and the one report that shows them all."""

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lab.engines.base import LabError

SHOWN = 50
"""A report shows this many mistakes and counts the rest."""

LONGEST_WORD = 64
"""Longer words than this are no misspelling of anything, and are not compared."""

LOOKED_UP = 30
"""After this many mistakes of a kind no more suggestions are looked for: the file is something else altogether."""

_BARE = re.compile(r"[\w<?-]+")

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong in a file.

    `line` and `column` count from 1; both are 0 where the file as a whole is wrong. `path` leads there from
    the top of the file: `steps[3].ssh.server`.
    """

    file: str
    line: int
    column: int
    path: str
    found: str
    expected: str
    suggestion: str | None = None

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        where = f"  {self.path}:" if self.path else " " if self.line else ":"
        hint = f"; did you mean {self.suggestion}?" if self.suggestion else ""
        return printable(f"{place}{where} found {self.found}, expected {self.expected}{hint}")


class ScenarioError(LabError):
    """A scenario that cannot be played, with every mistake in it."""

    exit_code = 2

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(dict.fromkeys(mistakes), key=lambda mistake: (mistake.line, mistake.column)))
        super().__init__(self.mistakes)

    def __str__(self) -> str:
        paragraphs = [str(mistake) for mistake in self.mistakes[:SHOWN]]
        if len(self.mistakes) > SHOWN:
            paragraphs.append(f"… and {len(self.mistakes) - SHOWN} more mistakes")
        return "\n\n".join(paragraphs)


def written_path(path: Path) -> str:
    """A path as reports write it; a key that has dots or spaces in it stands in quotes."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            key = shortened(part)
            text += ("." if text else "") + (key if _BARE.fullmatch(key) else f'"{key}"')
    return text


def suggestion(word: str, choices: Sequence[str]) -> str | None:
    """The one of `choices` that `word` most likely is a misspelling of."""
    if len(word) > LONGEST_WORD:
        return None
    close = difflib.get_close_matches(word.lower().replace("_", "-"), choices, n=1)
    return close[0] if close else None


def shortened(text: str, length: int = 60) -> str:
    """The beginning of a text, where it is longer than `length`."""
    return text if len(text) <= length else f"{text[:length]}…"


def printable(text: str) -> str:
    """`text` with everything escaped that could move a terminal's cursor or hide what stands there."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
