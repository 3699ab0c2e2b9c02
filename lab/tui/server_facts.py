"""What is known of one server, as text: pure functions from pictures and looks to what can be drawn."""

import difflib
from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from lab.model.events import OperationDone
from lab.model.look import ContentChange, Look, Usage
from lab.model.state import ServerState
from lab.report.timeline import clock, plain
from lab.tui.marks import WRONG
from lab.tui.picture import Picture

MIB = 1024 * 1024

INDENT = 4
"""Columns by which a command is moved in below the time of it."""


def head(picture: Picture, name: str, usage: Usage) -> RenderableType:
    """What the server is, in a few lines."""
    server = find(picture, name)
    if server is None:
        return Text(f"{name} is gone: it was stopped or replaced.", "bold")
    fleet = next(fleet for fleet in picture.state.fleets.values() if name in fleet.servers)
    up = clock(max(0.0, picture.state.at - server.launched_at))
    drift = f"{len(server.drift)} differences from {fleet.declared}" if server.drift else "no drift known"
    scanned = "never scanned" if fleet.scanned_at is None else f"scanned at {clock(fleet.scanned_at)}"
    table = Table.grid(padding=(0, 2))
    rows = (
        ("server", f"{name}, number {server.number} of {fleet.spec.name}, pool {server.pool}: {server.status}"),
        ("image", f"{server.image}  {server.digest}"),
        ("runs", f"{server.version}, launched at {clock(server.launched_at)}, up {up}"),
        ("drift", f"{drift} ({scanned})"),
        ("uses", used(usage)),
    )
    for label, value in rows:
        table.add_row(Text(label, "dim"), Text(plain(value), no_wrap=True, overflow="ellipsis"))
    return table


def used(usage: Usage) -> str:
    """What a server uses, as far as it is known."""
    cpu = "" if usage.cpu is None else f"{usage.cpu:.0%} of a core"
    limit = "" if usage.memory_limit is None else f" of {usage.memory_limit / MIB:,.0f}"
    memory = "" if usage.memory is None else f"{usage.memory / MIB:,.1f}{limit} MiB"
    return ", ".join(filter(None, (cpu, memory))) or "not known"


def started(look: Look) -> Text:
    """How the server was started."""
    return Text.assemble(("started as  ", "dim"), plain(look.command), "\n")


def changes(look: Look) -> RenderableType:
    """What differs from the declared state: names first, then the files' contents."""
    if not look.drift:
        return Text(f"Exactly what image {look.declared} declares.", "green")
    items = Text("\n").join(Text(f"≠ {plain(str(item))}", WRONG) for item in look.drift)
    return Group(items, *(_change(change) for change in look.changes))


def recorded_drift(picture: Picture, name: str) -> Text:
    """What the last scan recorded."""
    server = find(picture, name)
    if server is None or not server.drift:
        return Text("No drift was recorded up to here.", "dim")
    return Text("\n").join(Text(f"≠ {plain(str(item))}", WRONG) for item in server.drift)


def packages(look: Look) -> RenderableType:
    """What is installed now, marked where it is not what is declared."""
    drifted = {item.name.removeprefix("package:") for item in look.drift}
    table = Table.grid(padding=(0, 2))
    for package, version in look.packages.items():
        style = WRONG if package in drifted else ""
        table.add_row(Text("≠" if style else " ", style), Text(plain(package), style), Text(plain(version), style))
    return table


def logs(lines: Sequence[str]) -> Text:
    """Log lines, the newest first, so that what is new is in sight."""
    return Text("\n".join(plain(line) for line in reversed(lines)) or "It has logged nothing.")


def commands(picture: Picture, name: str) -> RenderableType:
    """The exact commands that were run there, the newest first."""
    done = picture.commands.get(name)
    return Group(*map(_command, reversed(done))) if done else Text("Nothing was run on it.", "dim")


def unknown(error: Exception) -> Text:
    """Why nothing can be said."""
    return Text(plain(str(error)), WRONG)


def find(picture: Picture, name: str) -> ServerState | None:
    """A server of any fleet by its name."""
    return next((fleet.servers[name] for fleet in picture.state.fleets.values() if name in fleet.servers), None)


def _command(event: OperationDone) -> RenderableType:
    head = Text.assemble(
        (f"{clock(event.at)} ", "dim"),
        ("✓ " if event.ok else "✗ ", "" if event.ok else WRONG),
        (plain(f"{event.step} by {event.who}"), "bold"),
    )
    said = [Text(plain(event.detail), "dim")] if event.detail else []
    return Group(head, Padding(Group(Text(plain(event.command)), *said), (0, 0, 0, INDENT)))


def _change(change: ContentChange) -> Text:
    text = Text.assemble((f"\n{plain(change.name)}", "bold"))
    if change.note:
        text.append(f"  {plain(change.note)}", "dim")
    return text.append_text(Text("").join(_difference(change.expected or "", change.actual or "")))


def _difference(before: str, after: str) -> Iterator[Text]:
    """The lines of a content diff, declared against actual."""
    styles = {"-": "green", "+": WRONG, "@": "dim"}
    found = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2)
    for line in [*found][2:]:
        yield Text(f"\n{plain(line)}", styles.get(line[:1], ""))
