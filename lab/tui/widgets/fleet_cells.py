"""How rows of a fleet are drawn as lines of text: the forms that a server's cell can have, and what is in them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from lab.model.state import ServerState
from lab.report.timeline import plain
from lab.tui.filter import Filter
from lab.tui.glyphs import GLYPHS, glyph
from lab.tui.marks import mark
from lab.tui.widgets.fleet_rows import Cells, Head, Note, Places, Pool, Row

LONGEST = 24
"""As many columns of a name or a version are shown."""

SUCCESSORS = len("-2")
"""Room for what is added to the name of a server that takes over a place, so that cells needn't grow for it."""

DOT = "·"
"""In place of a server that does not match the filter."""

NUMBER, NAME, VERSION = attrgetter("number"), attrgetter("name"), attrgetter("version")

Part = tuple[str, Style]

NONE = Style()
DIM = Style(dim=True)
BOLD = Style(bold=True)
CURSOR = Style(reverse=True)
CURSOR_ELSEWHERE = Style(underline=True, bold=True)


@dataclass(frozen=True, slots=True)
class Form:
    """What a cell has besides its glyph; `label` and `version` are columns of text, `gap` those between cells."""

    label: int = 0
    named: bool = False
    letter: bool = False
    version: int = 0
    gap: int = 0

    @property
    def width(self) -> int:
        parts = (self.label, self.letter, self.version)
        spaces = sum(map(bool, parts)) if self.label else 0
        return 1 + sum(parts) + spaces + self.gap

    def columns(self, width: int) -> int:
        """How many cells fit beside each other; the last one needs no gap."""
        return max(1, (width + self.gap) // self.width)


SMALLEST = Form()
EVERYTHING = Filter()


@dataclass(frozen=True, slots=True)
class Look:
    """All that a row is drawn from, besides what is in it."""

    form: Form = SMALLEST
    versions: tuple[str, ...] = ()
    chosen: Filter = EVERYTHING
    dark: bool = True


class Shown(NamedTuple):
    """All of a server that its cell is made from."""

    state: str
    version: str
    label: str


HIDDEN = Shown("", "", "")
"""What is shown of a server that does not match the filter."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the cursor is in a row, and how it looks."""

    column: int
    style: Style


def forms(fleet: str, servers: Iterable[ServerState], lettered: bool = False) -> tuple[Form, ...]:
    """The forms that cells of these servers can have, the widest first; if `lettered`, with versions in all."""
    known = tuple(servers)
    number = len(str(max(map(NUMBER, known)))) if known else 0
    name = max(max(map(len, map(NAME, known)), default=0), len(fleet) + 1 + number + SUCCESSORS)
    version = min(max(map(len, set(map(VERSION, known))), default=0), LONGEST)
    return (
        Form(min(name, LONGEST), named=True, letter=True, version=version, gap=2),
        Form(min(number, LONGEST), letter=True, version=version, gap=2),
        Form(min(number, LONGEST), letter=True, gap=2),
        Form(letter=True, gap=1),
        Form(letter=True),
        *(() if lettered else (SMALLEST,)),
    )


def fitting(pools: Sequence[Pool], forms: Sequence[Form], width: int, height: int, headed: bool) -> Form:
    """The widest form in which everything can be seen at once, or the narrowest one."""
    for form in forms:
        if form.width - form.gap <= width and sum(pool.height(form.columns(width), headed) for pool in pools) <= height:
            return form
    return forms[-1]


def drawn(row: Row, look: Look, cursor: Cursor | None = None) -> Strip:
    """A row as a line, with the cursor if it is in this row."""
    match row:
        case Note(text):
            return strip([(text, DIM)])
        case Head():
            return strip(_head(row, look))
        case Cells(servers):
            return strip(_cells(servers, look, cursor))


def strip(parts: Iterable[Part]) -> Strip:
    """Texts as one line. Neighbours that share a style become one segment: fewer cost less from here to the screen."""
    texts: list[str] = []
    styles: list[Style] = []
    for text, style in parts:
        if styles and styles[-1] is style:
            texts[-1] += text
        elif text:
            texts.append(text)
            styles.append(style)
    return Strip(map(Segment, texts, styles))


def _head(head: Head, look: Look) -> Iterator[Part]:
    share = f"{head.share:.0%} of the traffic" if head.share else "no traffic"
    servers = f"{head.servers} server{'' if head.servers == 1 else 's'}"
    yield flat(head.pool), BOLD
    yield f" {share}, {servers}{', image' if head.images else ''}", NONE if head.share else DIM
    for version in head.images:
        found = mark(version, look.versions, look.dark)
        yield f" {found.letter} {flat(version)}", found.style


def _cells(servers: Places, look: Look, cursor: Cursor | None) -> Iterator[Part]:
    """The cells of a row. Those that look alike are made once, and so share their styles."""
    made: dict[Shown | None, tuple[Part, ...]] = {}
    gap = " " * look.form.gap
    for x, server in enumerate(servers):
        shown = _shown(server, look)
        if shown not in made:
            made[shown] = tuple(_cell(shown, look))
        marked = cursor.style if cursor and cursor.column == x else None
        yield from [(text, style + marked) for text, style in made[shown]] if marked else made[shown]
        yield gap, NONE


def _shown(server: ServerState | None, look: Look) -> Shown | None:
    """What is to be seen of a server; None of an empty place."""
    if server is None:
        return None
    if not look.chosen.matches(server):
        return HIDDEN
    label = "" if not look.form.label else server.name if look.form.named else str(server.number)
    return Shown(glyph(server).name, server.version, label)


def _cell(shown: Shown | None, look: Look) -> Iterator[Part]:
    form = look.form
    if shown is None or shown is HIDDEN:
        yield fitted(DOT if shown else "", form.width - form.gap), DIM
        return
    state, version = GLYPHS[shown.state], mark(shown.version, look.versions, look.dark).style
    space = " " if form.label else ""
    yield state.symbol, state.style or version
    if form.label:
        yield space + fitted(shown.label, form.label), NONE
    if form.letter:
        yield space + mark(shown.version, look.versions).letter, version
    if form.version:
        yield space + fitted(shown.version, form.version), version


def fitted(text: str, columns: int) -> str:
    """A text in exactly so many columns."""
    shown = flat(text)
    return set_cell_size(shown if cell_len(shown) <= columns else set_cell_size(shown, columns - 1) + "…", columns)


def flat(text: str) -> str:
    """A text as part of one line."""
    return plain(text).replace("\n", " ").replace("\t", " ")
