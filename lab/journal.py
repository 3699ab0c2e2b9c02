"""The journal: a session's events on disk, one JSON object a line, the schema version in the first.

Whatever happens to the lab, all but the last, half-written line can be read again. No clock enters here: the
same events give the same bytes.
"""

import json
import math
import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Annotated, BinaryIO, get_args

from pydantic import Field, TypeAdapter, ValidationError

from lab.engines.base import LabError
from lab.model.events import SCHEMA, Event, SessionClosed, SessionOpened

FIRST_LINE_LIMIT = 1 << 20
LINE_LIMIT = 1 << 28
"""In bytes. A scan of ten thousand drifted servers is one line; an endless device is none."""


class JournalError(LabError):
    """A file is no journal, or is damaged at a place that is named."""

    exit_code = 2


class JournalIncompleteError(JournalError):
    """The journal could not be written any further; what it holds up to there can be read."""

    exit_code = 1


def encode(event: Event) -> bytes:
    """The event's line. What has its default value is left out, but not from the first line of a journal."""
    body = _writers()[type(event)].dump_json(event, exclude_defaults=not isinstance(event, SessionOpened))
    return body + b"\n" if body.startswith(b'{"kind"') else _with_kind(event.kind, body)


def decode(line: bytes) -> Event:
    """The event of a line. Raises ValueError."""
    event = _reader().validate_json(line)
    if not math.isfinite(event.at):
        raise ValueError("`at` is not a finite number")
    return event


class Journal:
    """Appends events to a file of its own, each of them at once.

    Raises `JournalError` if the file exists already, unless it is a device such as /dev/stdout.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._broken = False
        new = os.O_APPEND if _is_device(path) else os.O_CREAT | os.O_EXCL
        try:
            self._file = os.open(path, os.O_WRONLY | new | getattr(os, "O_BINARY", 0), 0o644)
        except FileExistsError:
            raise JournalError(f"{path} exists already; a journal is never overwritten. Name another file.") from None
        except OSError as error:
            raise JournalError(f"cannot write a journal to {path}: {error.strerror}. Name another file.") from None

    def write(self, event: Event) -> None:
        """Append the event. Raises `JournalIncompleteError` once; what comes after it is passed over.

        So a half-written line stays the last one.
        """
        if self._broken:
            return
        left = memoryview(encode(event))
        try:
            while left:
                left = left[os.write(self._file, left) :]
        except OSError as error:
            self._broken = True
            raise JournalIncompleteError(
                f"the journal {self.path} is incomplete: {error.strerror} at {event.at:g} s of lab time. "
                "What it holds up to there can be replayed; make room, or name another file with --journal."
            ) from None

    def close(self) -> None:
        """Close the file. May be called twice."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __enter__(self) -> "Journal":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def read(path: Path) -> Iterator[Event]:
    """The events of a journal; a half-written last line is left out. Raises `JournalError` for anything else."""
    return _events(path, lambda: False)


def follow(path: Path, wait: Callable[[], bool]) -> Iterator[Event]:
    """The events of a journal that still grows, up to `SessionClosed`.

    `wait` is called when there is nothing more to read yet, and tells after a while whether there may come
    more. What was written before it said no is still read.
    """
    for event in _events(path, wait):
        yield event
        if isinstance(event, SessionClosed):
            return


def read_on(path: Path, offset: int) -> Iterator[tuple[Event, int]]:
    """The events of a journal from byte `offset` on, each with the offset after it: whole lines only.

    Raises `JournalError`.
    """
    with _opened(path) as file:
        if offset == 0:
            _check_header(path, file.readline(FIRST_LINE_LIMIT))
        file.seek(offset)
        for line in _lines(path, file, lambda: False):
            if not line.endswith(b"\n"):
                return
            offset += len(line)
            try:
                event = decode(line)
            except ValueError as error:
                raise JournalError(f"{path}, byte {offset}: not an event of a journal: {_short(error)}") from None
            yield event, offset


def _events(path: Path, wait: Callable[[], bool]) -> Iterator[Event]:
    with _opened(path) as file:
        number = 0
        for number, line in enumerate(_lines(path, file, wait), 1):
            if number == 1:
                _check_header(path, line)
            try:
                yield decode(line)
            except ValueError as error:
                if not line.endswith(b"\n"):
                    return
                raise JournalError(f"{path}, line {number}: not an event of a journal: {_short(error)}") from None
        if number == 0:
            raise JournalError(f"{path} is empty: no event was written to it.")


def _lines(path: Path, file: BinaryIO, wait: Callable[[], bool]) -> Iterator[bytes]:
    """Whole lines as they come, and at the end the beginning of one."""
    line, limit, more = b"", FIRST_LINE_LIMIT, True
    while True:
        try:
            part = file.readline(limit)
        except OSError as error:
            raise JournalError(f"cannot read {path}: {error.strerror}.") from None
        line += part
        if line.endswith(b"\n"):
            yield line
            line, limit = b"", LINE_LIMIT
        elif len(line) >= limit:
            raise JournalError(f"{path} is not a journal of the lab: a line is longer than {limit} bytes.")
        elif not part:
            if not more:
                break
            more = wait()
    if line:
        yield line


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise JournalError(f"there is no journal {path}. `lab sessions` lists those of earlier sessions.") from None
    except OSError as error:
        raise JournalError(f"cannot read the journal {path}: {error.strerror}.") from None


def _check_header(path: Path, line: bytes) -> None:
    try:
        header = json.loads(line)
    except (ValueError, RecursionError):
        header = None
    if not isinstance(header, dict) or header.get("kind") != "session-opened":
        raise JournalError(f"{path} is not a journal of the lab: its first line should open a session.")
    schema = header.get("schema")
    if not isinstance(schema, int) or isinstance(schema, bool) or schema < 1:
        raise JournalError(f"{path}, line 1: `schema` should be a number from 1 to {SCHEMA}, not {schema!r:.40}.")
    if schema > SCHEMA:
        raise JournalError(
            f"{path} was written by a newer lab: its schema is {schema}, this lab reads up to {SCHEMA}. "
            "Update the lab to read it."
        )


def _is_device(path: Path) -> bool:
    # /dev/stdout may lead to a regular file: what the user redirected there is meant to be written to
    special = path.exists() and not path.is_file() and not path.is_dir()
    return special or (path.exists() and path.absolute().is_relative_to("/dev"))


def _short(error: ValueError) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']}" if place else first["msg"]


def _with_kind(kind: str, body: bytes) -> bytes:
    separator = b"" if body == b"{}" else b","
    return b'{"kind":"' + kind.encode() + b'"' + separator + body[1:] + b"\n"


@cache
def _writers() -> dict[type, TypeAdapter[Event]]:
    return {kind: TypeAdapter(kind) for kind in get_args(Event)}


@cache
def _reader() -> TypeAdapter[Event]:
    return TypeAdapter(Annotated[Event, Field(discriminator="kind")])
