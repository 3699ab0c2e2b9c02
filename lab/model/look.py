"""A look at one running server: what can be learnt of it now. Nothing in here is an event, and no look changes a thing.

All texts come from the server, and are not to be trusted by whoever shows them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lab.model.drift import DriftItem
from lab.model.manifest import Delta, Entry

TEXT_LIMIT = 64 * 1024
"""Bytes. What is larger is not read, only compared."""

TEXTS = 40
"""Files of one server that are read; of the others only the names are told."""


@dataclass(frozen=True, slots=True)
class Inspected:
    """A running server from outside: the command that starts such a one, the seconds that it has been up, and what
    changed on it since it was launched."""

    command: str
    uptime: float
    delta: Delta


@dataclass(frozen=True, slots=True)
class Usage:
    """What a server uses. `cpu` is a share of one core, `memory` and its limit are in bytes; None: not known (yet)."""

    cpu: float | None = None
    memory: int | None = None
    memory_limit: int | None = None


@dataclass(frozen=True, slots=True)
class ContentChange:
    """One file on which a server differs from the declared state, as text before and after.

    None is either absent or not shown; `note` says why a text is not shown, or what else there is to say.
    """

    name: str
    expected: str | None
    actual: str | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """One server at lab time `at`. `image` is the version that it was launched from, `declared` what it should be.

    `command` is an equivalent of how it was started. `packages` are those on its disk now, name to version; `drift`
    is against the declared state, as `changes` are, which hold the files of it.
    """

    at: float
    fleet: str
    server: str
    image: str
    digest: str
    declared: str
    command: str
    uptime: float
    usage: Usage = Usage()
    packages: Mapping[str, str] = field(default_factory=dict)
    drift: tuple[DriftItem, ...] = ()
    changes: tuple[ContentChange, ...] = ()
    logs: tuple[str, ...] = ()


def files_to_read(items: tuple[DriftItem, ...]) -> tuple[list[str], list[str]]:
    """The paths whose declared, and whose actual content a look should show."""
    shown = [item for item in _files(items)[:TEXTS] if not _same_content(item)]
    sides = ([(item.name, item.expected) for item in shown], [(item.name, item.actual) for item in shown])
    expected, actual = ([name for name, entry in side if entry and _readable(entry)] for side in sides)
    return expected, actual


def content_changes(
    items: tuple[DriftItem, ...], expected: Mapping[str, bytes], actual: Mapping[str, bytes]
) -> tuple[ContentChange, ...]:
    """What `items` say of files, with what was read of them. A file that could not be read has a note."""
    found = []
    for number, item in enumerate(_files(items)):
        if number >= TEXTS:
            found.append(ContentChange(item.name, None, None, f"not read: more than {TEXTS} files differ"))
        elif _same_content(item):
            found.append(
                ContentChange(item.name, None, None, f"same content: expected {item.expected}, got {item.actual}")
            )
        else:
            (before, first), (after, second) = (
                _text(item.name, item.expected, expected),
                _text(item.name, item.actual, actual),
            )
            notes = [f"{side}: {note}" for side, note in (("expected", first), ("actual", second)) if note]
            found.append(ContentChange(item.name, before, after, "; ".join(notes)))
    return tuple(found)


def _files(items: tuple[DriftItem, ...]) -> list[DriftItem]:
    return [item for item in items if "file" in {side.kind for side in (item.expected, item.actual) if side}]


def _same_content(item: DriftItem) -> bool:
    """Whether only mode or owner differ."""
    before, after = item.expected, item.actual
    return before is not None and after is not None and (before.kind, before.digest) == (after.kind, after.digest)


def _readable(entry: Entry) -> bool:
    return entry.kind == "file" and entry.size <= TEXT_LIMIT


def _text(path: str, entry: Entry | None, contents: Mapping[str, bytes]) -> tuple[str | None, str]:
    """One side of a change, and why there is no text where there should be one."""
    if entry is None:
        return None, ""
    if entry.kind != "file":
        return None, str(entry)
    if entry.size > TEXT_LIMIT:
        return None, f"{entry.size:,} bytes, too long to be shown"
    if path not in contents:
        return None, "could not be read"
    try:
        text = contents[path].decode()
    except UnicodeDecodeError:
        return None, f"{entry.size:,} bytes that are no text"
    return (None, f"{entry.size:,} bytes that are no text") if "\0" in text else (text, "")
