"""Filters: which servers are looked at, as a few words that must all hold."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from lab.model.fleet import POOLS, STAGING
from lab.model.spec import VERSION
from lab.model.state import ServerState
from lab.report.timeline import plain
from lab.tui.glyphs import GLYPHS

QUOTED = 24
"""As many characters of a word that is not understood are repeated."""


@dataclass(frozen=True, slots=True)
class Field:
    """Something to filter by: which values it can have, in words and as a pattern, and whether a server has one."""

    values: str
    pattern: str
    has: Callable[[ServerState, str], bool]

    def accepts(self, value: str) -> bool:
        return re.fullmatch(self.pattern, value) is not None


def _is_in_state(server: ServerState, state: str) -> bool:
    return bool(server.drift) if state == "drifted" else server.status == state


def _one_of(values: tuple[str, ...], has: Callable[[ServerState, str], bool]) -> Field:
    return Field(", ".join(values), "|".join(values), has)


FIELDS = {
    "state": _one_of(tuple(GLYPHS), _is_in_state),
    "pool": _one_of((*POOLS, STAGING), lambda server, pool: server.pool == pool),
    "number": Field("such as 3", r"[0-9]{1,9}", lambda server, number: server.number == int(number)),
    "version": Field("such as 1.1", VERSION, lambda server, version: server.version == version),
}
"""What there is to filter by. A bare value belongs to the first of these that accepts it."""


@dataclass(frozen=True, slots=True)
class Word:
    """One condition."""

    field: str
    value: str
    negated: bool = False

    @classmethod
    def parse(cls, text: str) -> "Word":
        """The condition that a word stands for. Raises ValueError."""
        word = text.removeprefix("!")
        name, colon, value = word.partition(":")
        field = name if colon else _field_of(word)
        if field not in FIELDS:
            raise ValueError(f"{_quoted(text)} is not understood. {_what_exists()}")
        if colon and not FIELDS[field].accepts(value):
            raise ValueError(f"{_quoted(text)} is not understood. Expected {field}: {FIELDS[field].values}.")
        return cls(field, value if colon else word, text.startswith("!"))

    def matches(self, server: ServerState) -> bool:
        return FIELDS[self.field].has(server, self.value) != self.negated

    def __str__(self) -> str:
        name = "" if _field_of(self.value) == self.field else f"{self.field}:"
        return f"{'!' if self.negated else ''}{name}{self.value}"


@dataclass(frozen=True, slots=True)
class Filter:
    """Words that must all hold; without any, every server matches, and the filter is false."""

    words: tuple[Word, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "Filter":
        """The filter that a text stands for. Raises ValueError, which says what there is."""
        return cls(tuple(Word.parse(word) for word in text.split()))

    def matches(self, server: ServerState) -> bool:
        return all(word.matches(server) for word in self.words)

    def __bool__(self) -> bool:
        return bool(self.words)

    def __str__(self) -> str:
        return " ".join(map(str, self.words))


def _field_of(value: str) -> str | None:
    return next((name for name, field in FIELDS.items() if field.accepts(value)), None)


def _quoted(word: str) -> str:
    return f"“{plain(word[:QUOTED])}{'…' if len(word) > QUOTED else ''}”"


def _what_exists() -> str:
    fields = "; ".join(f"{name}: {field.values}" for name, field in FIELDS.items())
    return f"There is {fields}; and ! before any of them."
