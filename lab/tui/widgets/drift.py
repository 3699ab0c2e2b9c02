"""The drift panel: what differs from the declared state, on which server, and who touched it last."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from rich.style import Style
from rich.text import Text
from textual.message import Message

from lab.model.drift import DriftItem
from lab.model.events import OperationDone
from lab.model.manifest import Entry
from lab.model.orders import Scan
from lab.model.state import FleetState
from lab.report.timeline import clock, count, plain
from lab.tui.marks import WRONG
from lab.tui.picture import Picture
from lab.tui.widgets.timeline import Rows

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Found:
    """One name in which one server differs."""

    fleet: str
    server: str
    item: DriftItem


@dataclass(frozen=True, slots=True)
class Layout:
    """How wide the columns are; a width of 0 leaves a column out, the name has what remains."""

    kind: int
    difference: int
    cause: int


LAYOUTS = ((110, Layout(8, 34, 26)), (72, Layout(8, 22, 16)), (40, Layout(0, 15, 11)), (0, Layout(0, 0, 0)))
"""From which width on which columns are there."""

SERVER = 16
"""As wide as the column of servers may become."""


class Drift(Rows):
    """Everything that the last scans found, of all fleets; a line for each."""

    TITLE = "Drift"
    HELP = f"""\
    ## Drift

    In what servers differ from the declared state of their fleet, as the last scan saw it: the kind of thing, its
    name, what was expected `≠` what is there, and what touched it last, as far as the lab knows: a `patch` of its
    own, or somebody by hand. Where nothing did that names it, all are listed that touched the server.

    A scan is made after every release and roll-back, and whenever you ask for one (**{Scan.key}**).

    **up**, **down** (or **k**, **j**), **page up**, **page down**, **home** and **end** move; **enter** or a double
    click opens the server.
    """

    @dataclass
    class Opened(Message):
        """The user wants to see more of a server."""

        server: str

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._picture = Picture()
        self._shown: object = None
        self._entries: list[Found | str] = []
        self._places: list[int] = []
        self._server_width = 0

    def show(self, picture: Picture) -> None:
        self._picture = picture
        fleets = [(name, picture.state.fleets[name]) for name in picture.fleets]
        shown = [(name, fleet.scanned_at, drifted(fleet)) for name, fleet in fleets]
        if shown == self._shown:
            return
        self._shown = shown
        chosen = self._entries[self._places[self.cursor]] if self._places else None
        self._entries = [entry for name, _, drift in shown for entry in _entries(name, drift)]
        self._places = [row for row, entry in enumerate(self._entries) if isinstance(entry, Found)]
        servers = (entry.server for entry in self._entries if isinstance(entry, Found))
        self._server_width = min(SERVER, max(map(len, servers), default=0))
        if chosen in self._entries:
            self.cursor = bisect_left(self._places, self._entries.index(chosen))
        self.lay_out()

    @property
    def count(self) -> int:
        return len(self._places)

    @property
    def high(self) -> int:
        return max(1, len(self._entries))

    def span(self, item: int) -> range:
        return range(self._places[item], self._places[item] + 1)

    def item_at(self, row: int) -> int | None:
        item = bisect_left(self._places, row)
        return item if item < self.count and self._places[item] == row else None

    def opened(self, item: int) -> None:
        entry = self._entries[self._places[item]]
        if isinstance(entry, Found):
            self.post_message(self.Opened(entry.server))

    def draw(self, row: int, width: int) -> Text:
        if not self._entries:
            return Text("nothing to be seen yet", self.style_of("quiet"))
        entry = self._entries[row]
        return self._heading(entry, width) if isinstance(entry, str) else self._line(entry, width)

    def _heading(self, name: str, width: int) -> Text:
        """How a fleet is, and since when that is known."""
        fleet = self._picture.state.fleets[name]
        wrong = len(drifted(fleet))
        quiet = self.style_of("quiet")
        if fleet.scanned_at is None:
            said = Text.assemble(("? ", quiet), (f"no scan yet, {Scan.key} makes one", quiet))
        elif wrong:
            many = f" {wrong:,} of {count(fleet.running, 'server')} drifted"
            said = Text.assemble(("≠", Style(color=WRONG, bold=True)), (many, self.style_of("bad")))
        else:
            said = Text("✓ nothing drifted", self.style_of("good"))
        at = f"  scanned at {clock(fleet.scanned_at)}" if fleet.scanned_at is not None else ""
        line = Text.assemble((plain(name), "bold"), " ", said)
        return line.append(at if line.cell_len + len(at) <= width else "", quiet)

    def _line(self, found: Found, width: int) -> Text:
        layout = next(layout for least, layout in LAYOUTS if width >= least)
        item, quiet = found.item, self.style_of("quiet")
        fixed = (
            2
            + self._server_width
            + 1
            + sum(part + 1 for part in (layout.kind, layout.difference, layout.cause) if part)
        )
        cells = [Text("  "), _fit(Text(plain(found.server)), self._server_width)]
        cells += [_fit(Text(item.kind, quiet), layout.kind)] if layout.kind else []
        cells += [_fit(Text(_name(item, width - fixed, bool(layout.kind))), width - fixed)]
        cells += [_fit(difference(item, layout.difference), layout.difference)] if layout.difference else []
        cells += [_fit(Text(self._cause(found, layout.cause), quiet), layout.cause)] if layout.cause else []
        return cells[0] + Text(" ").join(cells[1:])

    def _cause(self, found: Found, width: int) -> str:
        fleet = self._picture.state.fleets[found.fleet]
        server, until = fleet.servers.get(found.server), fleet.scanned_at or 0.0
        known = [done for done in self._picture.commands.get(found.server, ()) if done.ok and done.at <= until]
        told = cause(found.item, server.drift if server else (), known, width)
        visit = self._picture.visits.get(found.server)
        return f"{plain(visit.who)} in a shell" if told == UNKNOWN and visit and visit.at <= until else told


def drifted(fleet: FleetState) -> list[tuple[str, tuple[DriftItem, ...]]]:
    """The servers that have drifted, in order, and in what."""
    servers = sorted((server for server in fleet.servers.values() if server.drift), key=lambda server: server.number)
    return [(server.name, server.drift) for server in servers]


def _entries(fleet: str, drift: Iterable[tuple[str, tuple[DriftItem, ...]]]) -> list[Found | str]:
    """A fleet's heading, and what was found in it."""
    return [fleet, *(Found(fleet, server, item) for server, items in drift for item in items)]


def cause(item: DriftItem, drift: Iterable[DriftItem], commands: Iterable[OperationDone], width: int = 80) -> str:
    """What touched it last, as far as `commands`, which worked and are in order, tell. No longer than need be."""
    commands = list(commands)
    keys = [other for other in drift if other.kind == "config" and other.name.startswith(f"config:{item.name}#")]
    named = [done for done in commands if any(_names(done.command, known.name) for known in keys or [item])]
    if named:
        who, wordings = _who(named[-1]), _wordings(named[-1])
        return next((words for words in wordings if len(words) <= width), who)
    return " or ".join(dict.fromkeys(map(_who, commands))) or UNKNOWN


def _who(done: OperationDone) -> str:
    return plain(done.who) if done.by == "hand" else done.by


def _wordings(done: OperationDone) -> Iterator[str]:
    who = f"{_who(done)} by hand" if done.by == "hand" else f"{done.by}: {plain(done.step)}"
    yield f"{who}, {clock(done.at)}"
    yield who


def _names(command: str, name: str) -> bool:
    """Whether a command names what the manifest calls `name`: a path, a package, or a key of a file."""
    kind, _, rest = name.partition(":") if not name.startswith("/") else ("path", "", name)
    path, _, key = rest.partition("#") if kind == "config" else (rest, "", "")
    return bool(_whole(path).search(command)) and (not key or f"{key} = " in command)


@lru_cache(maxsize=1024)
def _whole(word: str) -> re.Pattern[str]:
    """A path or package by its whole name, not as the beginning or the end of another."""
    return re.compile(rf"(?<![\w./+-]){re.escape(word)}(?![\w/+-])")


def difference(item: DriftItem, width: int) -> Text:
    """What was expected ≠ what is there, in so many cells."""
    expected, actual = _described(item)
    room = width - 3
    if len(expected) + len(actual) > room:
        half = max(room // 2, room - len(expected), room - len(actual)) if room > 0 else 0
        left = min(len(expected), room - min(len(actual), half))
        expected, actual = _cut(expected, left), _cut(actual, room - left)
    return Text.assemble(expected, (" ≠ ", Style(color=WRONG, bold=True)), actual)


def _described(item: DriftItem) -> tuple[str, str]:
    """Both sides in the first thing in which they differ."""
    expected, actual = item.expected, item.actual
    if expected is None or actual is None or expected.kind != actual.kind:
        return _brief(expected), _brief(actual)
    if expected.digest == actual.digest:
        if expected.mode != actual.mode:
            return f"mode {expected.mode:04o}", f"{actual.mode:04o}"
        return f"owner {plain(expected.owner)}", plain(actual.owner)
    if expected.kind == "file":
        same = expected.size == actual.size
        return (expected.digest[:6], actual.digest[:6]) if same else (_brief(expected), _brief(actual))
    return _brief(expected), _brief(actual)


def _brief(entry: Entry | None) -> str:
    if entry is None:
        return "absent"
    words = {"file": f"{entry.size:,} bytes", "dir": "dir", "link": f"link to {entry.digest}"}
    return plain(words.get(entry.kind, entry.digest))


def _name(item: DriftItem, width: int, kind_is_told: bool) -> str:
    """The name, without the kind if that has a column of its own. What is too long loses its beginning."""
    name = plain(item.name if item.is_path else item.name.partition(":")[2])
    told = name if kind_is_told or item.kind != "package" else f"package {name}"
    if len(told) <= width:
        return told
    short = name.rpartition("/")[2] if item.kind == "config" else name
    return short if len(short) <= width else f"…{short[len(short) - width + 1 :]}" if width > 1 else "…"


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: max(0, width - 1)]}…"


def _fit(text: Text, width: int) -> Text:
    text.truncate(max(0, width), overflow="ellipsis", pad=True)
    return text
