"""What a look shows of files that differ, and what it only tells of."""

from lab.model.drift import DriftItem
from lab.model.look import TEXT_LIMIT, TEXTS, ContentChange, content_changes, files_to_read
from lab.model.manifest import Entry, file_entry

OLD, NEW = file_entry(b"old\n"), file_entry(b"new\n")
LARGE = file_entry(b"x" * (TEXT_LIMIT + 1))


def shown(item: DriftItem, expected: bytes | None = None, actual: bytes | None = None) -> ContentChange:
    sides = ({item.name: side} if side is not None else {} for side in (expected, actual))
    (change,) = content_changes((item,), *sides)
    return change


def test_a_changed_file_has_its_text_before_and_after() -> None:
    item = DriftItem("/a", OLD, NEW)
    assert files_to_read((item,)) == (["/a"], ["/a"])
    assert shown(item, b"old\n", b"new\n") == ContentChange("/a", "old\n", "new\n")


def test_a_file_that_is_on_one_side_only_is_read_there_only() -> None:
    assert files_to_read((DriftItem("/new", None, NEW), DriftItem("/gone", OLD, None))) == (["/gone"], ["/new"])
    assert shown(DriftItem("/new", None, NEW), None, b"new\n") == ContentChange("/new", None, "new\n")


def test_packages_keys_and_folders_are_no_texts() -> None:
    items = (
        DriftItem("package:a", None, Entry("package", "1")),
        DriftItem("config:/a#b", None, Entry("config", "1")),
        DriftItem("/folder", None, Entry("dir", mode=0o755, owner="0:0")),
    )
    assert files_to_read(items) == ([], [])
    assert content_changes(items, {}, {}) == ()


def test_what_is_too_long_or_no_text_is_told_and_not_shown() -> None:
    large = DriftItem("/a", LARGE, NEW)
    assert files_to_read((large,)) == ([], ["/a"])
    assert shown(large, None, b"new\n") == ContentChange(
        "/a", None, "new\n", "expected: 65,537 bytes, too long to be shown"
    )
    for binary in (b"\xff\xfe", b"a\0b"):
        change = shown(DriftItem("/a", None, file_entry(binary)), None, binary)
        assert change.actual is None and change.note == f"actual: {len(binary)} bytes that are no text"


def test_another_mode_alone_is_told_without_the_text() -> None:
    item = DriftItem("/a", OLD, file_entry(b"old\n", 0o600))
    assert files_to_read((item,)) == ([], [])
    assert shown(item).note.startswith("same content: expected 4 bytes, 0644 0:0")


def test_a_file_that_is_gone_when_it_is_read_has_a_note() -> None:
    assert shown(DriftItem("/a", OLD, NEW), b"old\n") == ContentChange("/a", "old\n", None, "actual: could not be read")


def test_of_very_many_files_only_some_are_read() -> None:
    items = tuple(DriftItem(f"/{number:03d}", None, NEW) for number in range(TEXTS + 2))
    assert len(files_to_read(items)[1]) == TEXTS
    changes = content_changes(items, {}, {item.name: b"new\n" for item in items})
    assert [change.actual for change in changes] == ["new\n"] * TEXTS + [None] * 2
    assert changes[-1].note == f"not read: more than {TEXTS} files differ"
