"""A journal is wound to any moment, and shows there what a session showed."""

import math

import pytest

from lab.journal import Journal, JournalError
from lab.model.state import fold_all
from lab.tui.tape import Tape
from tests.tui.pictures import events_of

EVENTS = events_of("pets-and-cattle")


@pytest.fixture
def path(tmp_path):
    with Journal(tmp_path / "a.jsonl") as journal:
        for event in EVENTS:
            journal.write(event)
    return journal.path


def wound(path, apart=500, monkeypatch=None):
    tape = Tape(path)
    tape._apart = apart
    while tape.wind(50):
        pass
    return tape


@pytest.mark.parametrize("apart", [1, 7, 500])
def test_every_moment_is_the_fold_of_all_events_up_to_it(path, apart):
    tape = wound(path, apart)
    for at in (0.0, 3.3, 20.0, 7.0, 6.9, 40.0, math.inf, 1.0):
        expected = fold_all([event for event in EVENTS if event.at <= at])
        assert tape.seek(at).state == expected


def test_what_was_shown_does_not_change_when_the_tape_goes_on(path):
    tape = wound(path)
    early = tape.seek(5.0)
    state, lines = early.state, [*early.lines]
    tape.seek(30.0)
    assert (early.state, [*early.lines]) == (state, lines)


def test_what_is_remembered_stays_bounded_however_long_the_journal(path):
    tape = wound(path, apart=1)
    assert len(tape._places) <= 129
    assert tape.end == EVENTS[-1].at


def test_a_journal_that_grows_is_read_on(tmp_path):
    with Journal(tmp_path / "b.jsonl") as journal:
        for event in EVENTS[:40]:
            journal.write(event)
        tape = wound(journal.path)
        assert tape.seek(math.inf).state == fold_all([*EVENTS[:40]])
        for event in EVENTS[40:]:
            journal.write(event)
        while tape.wind(50):
            pass
    assert tape.seek(math.inf).state == fold_all([*EVENTS])


def test_half_a_line_at_the_end_waits_for_its_other_half(path):
    whole = path.read_bytes()
    path.write_bytes(whole[:-10])
    tape = wound(path)
    assert tape.seek(math.inf).state.closed is None
    path.write_bytes(whole)
    while tape.wind(50):
        pass
    assert tape.seek(math.inf).state.closed == EVENTS[-1]


def test_a_file_that_is_no_journal_is_refused_with_its_name(tmp_path):
    path = tmp_path / "no.jsonl"
    path.write_text("rubbish\n")
    with pytest.raises(JournalError, match=r"no\.jsonl"):
        Tape(path).wind(10)
