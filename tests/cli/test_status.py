"""`lab status` and `lab events`: what the screens show, as plain lines."""

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.journal import read
from tests.cli.conftest import LAB, Lab

WITHIN = 30.0


@pytest.fixture
def journal(lab: Lab, scenario: Path, tmp_path: Path) -> Path:
    path = tmp_path / "run.jsonl"
    assert lab("play", scenario, "--engine", "sim", "--journal", path).returncode == 0
    return path


@pytest.fixture
def growing(environment: dict[str, str], journal: Path, tmp_path: Path) -> Iterator[Path]:
    """The first lines of a journal, for a test to go on with."""
    path = tmp_path / "growing.jsonl"
    path.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:20]))
    yield path


def test_the_status_says_what_each_fleet_runs_and_what_became_of_its_requests(lab: Lab, journal: Path) -> None:
    said = lab("status", journal).stdout
    for part in ("over (finished)", "engine sim", "fleet pets, in-place", "servers:", "sent", "drifted", "distinct"):
        assert part in said


def test_the_status_of_no_session_says_how_to_begin_one(lab: Lab) -> None:
    done = lab("status")
    assert done.returncode == 1
    assert "lab play" in done.stderr and "Traceback" not in done.stderr


def test_without_a_name_the_newest_session_is_meant(lab: Lab, scenario: Path) -> None:
    lab("play", scenario, "--engine", "sim")
    assert "over (finished)" in lab("status").stdout
    assert "the session is over" in lab("events").stdout


def test_for_programs_the_status_is_the_object_of_a_run(lab: Lab, journal: Path) -> None:
    assert json.loads(lab("status", journal, "--json").stdout) == json.loads(lab("replay", journal, "--json").stdout)


def test_the_events_for_programs_are_the_journal_itself(lab: Lab, journal: Path) -> None:
    assert lab("events", journal, "--json").stdout.encode() == journal.read_bytes()


def test_every_told_event_is_one_line(lab: Lab, journal: Path) -> None:
    lines = lab("events", journal).stdout.splitlines()
    assert 0 < len(lines) <= len([*read(journal)])
    assert all(line[:9].strip() == "" or ":" in line[:9] for line in lines)


@pytest.mark.parametrize("verb", [("status", "--watch"), ("events", "--follow")])
def test_what_is_followed_is_told_as_it_grows_up_to_its_end(
    verb: tuple[str, str], environment: dict[str, str], journal: Path, growing: Path
) -> None:
    with subprocess.Popen([LAB, *verb, growing], env=environment, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        first = child.stdout.readline()
        assert first and child.poll() is None
        growing.write_bytes(journal.read_bytes())
        rest, _ = child.communicate(timeout=WITHIN)
    assert child.returncode == 0
    assert "over" in rest


@pytest.mark.parametrize("verb", [("status", "--watch"), ("events", "--follow")])
def test_what_is_followed_can_be_interrupted(verb: tuple[str, str], environment: dict[str, str], growing: Path) -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen([LAB, *verb, growing], env=environment, stdout=pipe, stderr=pipe, text=True) as child:
        assert child.stdout and child.stdout.readline()
        child.send_signal(signal.SIGINT)
        _, err = child.communicate(timeout=WITHIN)
    assert child.returncode == 130
    assert "Traceback" not in err


def test_a_reader_that_has_seen_enough_may_go(environment: dict[str, str], journal: Path) -> None:
    with subprocess.Popen(
        [LAB, "events", journal], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout and child.stderr
        child.stdout.close()
        assert "Traceback" not in child.stderr.read()
        began = time.monotonic()
        child.wait(WITHIN)
        assert time.monotonic() - began < WITHIN
