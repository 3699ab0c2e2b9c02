"""How rows of a fleet are drawn as lines of text: the forms that a server's cell can have, and what is in them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from lab.model.state import ServerState
from lab.report.timeline import plain
from lab.tui.filter import Filter
from lab.tui.glyphs import glyph
from lab.tui.marks import mark
from lab.tui.widgets.fleet_rows import Cells, Head, Note, Pool, Row

LONGEST = 24
"""As many columns of a name or a version are shown."""

SUCCESSORS = len("-2")
"""Room for what is added to the name of a server that takes over a place, so that cells needn't grow for it."""

DOT = "·"
"""In place of a server that does not match the filter."""

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


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the cursor is in a row, and how it looks."""

    column: int
    style: Style


def forms(fleet: str, servers: Iterable[ServerState]) -> tuple[Form, ...]:
    """The forms that cells of these servers can have, the widest first."""
    names, numbers, versions = [0], [0], [0]
    for server in servers:
        names.append(len(server.name))
        numbers.append(len(str(server.number)))
        versions.append(len(server.version))
    number = max(numbers)
    name = max(*names, len(fleet) + 1 + number + SUCCESSORS)
    version = min(max(versions), LONGEST)
    return (
        Form(min(name, LONGEST), named=True, letter=True, version=version, gap=2),
        Form(min(number, LONGEST), letter=True, version=version, gap=2),
        Form(min(number, LONGEST), letter=True, gap=2),
        Form(letter=True, gap=1),
        Form(letter=True),
        SMALLEST,
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
            segments = [Segment(text, DIM)]
        case Head():
            segments = list(_head(row, look))
        case Cells(servers):
            segments = [
                segment
                for x, server in enumerate(servers)
                for segment in _cell(server, look, cursor.style if cursor and x == cursor.column else NONE)
            ]
    return Strip(segments).simplify()


def _head(head: Head, look: Look) -> Iterator[Segment]:
    share = f"{head.share:.0%} of the traffic" if head.share else "no traffic"
    servers = f"{head.servers} server{'' if head.servers == 1 else 's'}"
    yield Segment(plain(head.pool), BOLD)
    yield Segment(f" {share}, {servers}", DIM if not head.share else NONE)
    yield Segment(", image" if head.images else "", NONE)
    for version in head.images:
        found = mark(version, look.versions)
        yield Segment(f" {found.letter} {plain(version)}", found.style)


def _cell(server: ServerState | None, look: Look, cursor: Style) -> Iterator[Segment]:
    form = look.form
    room = form.width - form.gap
    if server is None:
        yield Segment(" " * room)
    elif not look.chosen.matches(server):
        yield Segment(fitted(DOT, room), DIM + cursor)
    else:
        yield from _server(server, look, cursor)
    yield Segment(" " * form.gap)


def _server(server: ServerState, look: Look, cursor: Style) -> Iterator[Segment]:
    form = look.form
    state, version = glyph(server), mark(server.version, look.versions)
    space = " " if form.label else ""
    yield Segment(state.symbol, (state.style or version.style) + cursor)
    if form.label:
        label = server.name if form.named else str(server.number)
        yield Segment(space + fitted(label, form.label), cursor)
    if form.letter:
        yield Segment(space + version.letter, version.style + cursor)
    if form.version:
        yield Segment(space + fitted(server.version, form.version), version.style + cursor)


def fitted(text: str, columns: int) -> str:
    """A text in exactly so many columns."""
    shown = plain(text).replace("\n", " ").replace("\t", " ")
    return set_cell_size(shown if cell_len(shown) <= columns else set_cell_size(shown, columns - 1) + "…", columns)
