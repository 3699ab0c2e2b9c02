"""The journal: what goes in comes out, whatever happens to the file."""

import dataclasses
import os
from collections.abc import Mapping
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.journal import Journal, JournalError, JournalIncompleteError, decode, encode, follow, read
from lab.model.events import (
    SCHEMA,
    ClockStarted,
    Event,
    RequestCount,
    Said,
    SessionClosed,
    SessionOpened,
    TrafficCounted,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | TEXT,
    lambda values: st.lists(values, max_size=3) | st.dictionaries(TEXT, values, max_size=3),
    max_leaves=4,
)
PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXT,
    bool: st.booleans(),
    int: st.integers(-(2**60), 2**60),
    float: st.floats(allow_nan=False, allow_infinity=False),
    NoneType: st.none(),
    Any: JSON,
}


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Values of a type as the events' fields have them."""
    if kind in PLAIN:
        return PLAIN[kind]
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin in (Union, UnionType):
        return st.one_of([values(argument) for argument in arguments])
    if origin is tuple and arguments[1:] == (...,):
        return st.lists(values(arguments[0]), max_size=3).map(tuple)
    if origin is Mapping:
        return st.dictionaries(values(arguments[0]), values(arguments[1]), max_size=3)
    assert isinstance(kind, type) and dataclasses.is_dataclass(kind), kind
    return st.builds(kind, **{name: values(hint) for name, hint in get_type_hints(kind).items()})


OPENED = SessionOpened(lab="0.1.0", engine="sim", why="asked for", title="T", seed=7, slo=0.25, rate=50.0, fleets=())
EVENTS: list[Event] = [
    OPENED,
    ClockStarted(at=0.0),
    Said(at=1.5, text="Hällo\nworld"),
    TrafficCounted(at=2.0, start=1.0, fleet="pets", rows=(RequestCount("pets-1", "1.0", "served", 50, {3: 50}),)),
    SessionClosed(at=3.0, ok=True, reason="done"),
]


def written(path: Path, events: list[Event] = EVENTS) -> Path:
    with Journal(path) as journal:
        for event in events:
            journal.write(event)
    return path


@pytest.mark.parametrize("kind", get_args(Event), ids=lambda kind: kind.__name__)
def test_every_kind_of_event_reads_back_as_it_was_written(kind: type[Event]) -> None:
    @given(values(kind))
    def holds(event: Event) -> None:
        line = encode(event)
        assert line.endswith(b"\n") and line.count(b"\n") == 1
        assert decode(line) == event
        assert encode(decode(line)) == line

    holds()


def test_what_has_its_default_value_takes_no_room_in_the_journal() -> None:
    row = RequestCount("s", "1.0", "served", 1)
    assert encode(TrafficCounted(at=1.0, start=0.0, fleet="f", rows=(row,))) == (
        b'{"kind":"traffic-counted","at":1.0,"start":0.0,"fleet":"f",'
        b'"rows":[{"server":"s","version":"1.0","outcome":"served","count":1}]}\n'
    )


def test_the_first_line_always_says_the_schema_version(tmp_path: Path) -> None:
    first = written(tmp_path / "j").read_bytes().splitlines()[0]
    assert f'"schema":{SCHEMA}'.encode() in first


def test_a_journal_reads_back_whole(tmp_path: Path) -> None:
    assert list(read(written(tmp_path / "j"))) == EVENTS


def test_the_same_events_give_the_same_bytes(tmp_path: Path) -> None:
    assert written(tmp_path / "a").read_bytes() == written(tmp_path / "b").read_bytes()


def test_every_event_is_on_disk_before_the_next_one_happens(tmp_path: Path) -> None:
    with Journal(tmp_path / "j") as journal:
        for count, event in enumerate(EVENTS, 1):
            journal.write(event)
            assert list(read(tmp_path / "j")) == EVENTS[:count]


def test_a_journal_cut_at_any_byte_of_its_last_line_gives_all_that_came_before(tmp_path: Path) -> None:
    content = written(tmp_path / "j").read_bytes()
    start = content.rindex(b"\n", 0, -1) + 1
    for cut in range(start, len(content)):
        (tmp_path / "cut").write_bytes(content[:cut])
        whole = EVENTS if cut == len(content) - 1 else EVENTS[:-1]  # without its newline alone it is still whole
        assert list(read(tmp_path / "cut")) == whole


def test_a_bad_line_that_is_not_the_last_is_named_by_its_number(tmp_path: Path) -> None:
    lines = written(tmp_path / "j").read_bytes().splitlines(keepends=True)
    lines[2] = b'{"kind":"said","at":1.5}\n'
    (tmp_path / "bad").write_bytes(b"".join(lines))
    with pytest.raises(JournalError, match=r"bad, line 3: .*text: Field required"):
        list(read(tmp_path / "bad"))


@pytest.mark.parametrize(
    "line",
    [b"\n", b"null\n", b"{}\n", b'{"kind":"nonsense"}\n', b"\xff\xfe\x00\n", b"[" * 100_000 + b"\n"]
    + [b'{"kind":"said","at":%s,"text":""}\n' % at for at in (b"NaN", b"Infinity", b"1e999", b'"x"', b"null")],
    ids=lambda line: line[:40].decode("latin-1").strip() or "blank",
)
def test_a_line_that_is_no_event_is_an_error_and_not_a_crash(tmp_path: Path, line: bytes) -> None:
    (tmp_path / "bad").write_bytes(encode(OPENED) + line)
    with pytest.raises(JournalError, match="line 2"):
        list(read(tmp_path / "bad"))


def test_a_journal_of_a_newer_lab_says_so(tmp_path: Path) -> None:
    (tmp_path / "new").write_bytes(encode(dataclasses.replace(OPENED, schema=SCHEMA + 1)))
    with pytest.raises(JournalError, match="newer lab"):
        list(read(tmp_path / "new"))


@pytest.mark.parametrize("schema", [b'"1"', b"null", b"true", b"0", b"-1", b"1.5"])
def test_a_schema_that_is_no_version_is_refused(tmp_path: Path, schema: bytes) -> None:
    (tmp_path / "odd").write_bytes(encode(OPENED).replace(b'"schema":1', b'"schema":' + schema))
    with pytest.raises(JournalError, match="schema"):
        list(read(tmp_path / "odd"))


@pytest.mark.parametrize(
    "content",
    [
        b"\x7fELF\x02\x01\x01\x00" * 64,
        b"title: a scenario\n",
        encode(EVENTS[1]),
        b"[1, 2]\n",
        b"\n\n",
        b"x" * (2 << 20),
    ],
    ids=["binary", "yaml", "other-event", "list", "blank", "one-long-line"],
)
def test_another_file_is_told_from_a_journal(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "other").write_bytes(content)
    with pytest.raises(JournalError, match="not a journal"):
        list(read(tmp_path / "other"))


def test_an_empty_file_a_folder_and_no_file_at_all_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    for name, message in (("empty", "is empty"), (".", "cannot read"), ("none", "no journal")):
        with pytest.raises(JournalError, match=message):
            list(read(tmp_path / name))


def test_an_endless_device_is_given_up_soon() -> None:
    with pytest.raises(JournalError, match="not a journal"):
        list(read(Path("/dev/zero")))


def test_an_existing_file_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("precious")
    with pytest.raises(JournalError, match="exists already"):
        Journal(tmp_path / "mine")
    assert (tmp_path / "mine").read_text() == "precious"


def test_a_journal_may_go_to_a_device(tmp_path: Path) -> None:
    written(Path("/dev/null"))


def test_a_journal_in_a_folder_that_is_not_there_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="cannot write"):
        Journal(tmp_path / "no" / "where")


def test_a_full_disk_says_that_the_journal_is_incomplete_and_only_once() -> None:
    with Journal(Path("/dev/full")) as journal:
        with pytest.raises(JournalIncompleteError, match="incomplete: No space left"):
            journal.write(OPENED)
        journal.write(EVENTS[1])


def test_a_growing_journal_is_followed_until_the_session_closes(tmp_path: Path) -> None:
    path = tmp_path / "j"
    content = b"".join(encode(event) for event in EVENTS)
    path.touch()
    pieces = iter([content[i : i + 17] for i in range(0, len(content), 17)])

    def grow() -> bool:
        with path.open("ab") as file:
            file.write(next(pieces))
        return True

    assert list(follow(path, grow)) == EVENTS


def test_what_a_dying_lab_wrote_last_is_still_followed(tmp_path: Path) -> None:
    path = written(tmp_path / "j", EVENTS[:2])

    def last_words() -> bool:
        with path.open("ab") as file:
            file.write(encode(EVENTS[2]) + b'{"kind":"traf')
        return False

    assert list(follow(path, last_words)) == EVENTS[:3]


def test_a_closed_journal_needs_no_waiting(tmp_path: Path) -> None:
    def never() -> bool:
        raise AssertionError("waited for a journal that is closed")

    assert list(follow(written(tmp_path / "j"), never)) == EVENTS


def test_a_reader_that_hangs_up_makes_the_journal_incomplete() -> None:
    reading, writing = os.pipe()
    with Journal(Path(f"/dev/fd/{writing}")) as journal:
        os.close(reading)
        with pytest.raises(JournalIncompleteError, match="Broken pipe"):
            journal.write(OPENED)
    os.close(writing)
