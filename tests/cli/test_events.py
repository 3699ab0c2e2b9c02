"""`lab events`: what happened in a session, as plain lines."""

import signal
import subprocess
from pathlib import Path

from lab.journal import read
from tests.cli.conftest import LAB, Lab
from tests.cli.growing import WITHIN, growing, journal

__all__ = ["growing", "journal"]

PIPE = subprocess.PIPE


def test_every_told_event_is_one_line(lab: Lab, journal: Path) -> None:
    lines = lab("events", journal).stdout.splitlines()
    assert 0 < len(lines) <= len([*read(journal)])
    assert all(line[:9].strip() == "" or ":" in line[:9] for line in lines)


def test_a_line_says_when_and_to_which_fleet_something_happened(lab: Lab, journal: Path) -> None:
    assert any(line.startswith("  00:01.0") and "1.1" in line for line in lab("events", journal).stdout.splitlines())
    assert "  pets: " in lab("events", journal).stdout


def test_for_programs_the_events_are_the_journal_itself(lab: Lab, journal: Path) -> None:
    assert lab("events", journal, "--json").stdout.encode() == journal.read_bytes()


def test_without_a_name_the_newest_session_is_meant(lab: Lab, scenario: Path) -> None:
    lab("play", scenario, "--engine", "sim")
    assert "the session is over" in lab("events").stdout


def test_where_no_session_has_run_it_says_how_to_begin_one(lab: Lab) -> None:
    done = lab("events")
    assert done.returncode == 1
    assert "lab play" in done.stderr and "Traceback" not in done.stderr


def test_what_is_followed_is_told_as_it_grows_up_to_its_end(
    environment: dict[str, str], journal: Path, growing: Path
) -> None:
    with subprocess.Popen([LAB, "events", "--follow", growing], env=environment, stdout=PIPE, text=True) as child:
        assert child.stdout
        assert child.stdout.readline() and child.poll() is None
        growing.write_bytes(journal.read_bytes())
        rest, _ = child.communicate(timeout=WITHIN)
    assert child.returncode == 0
    assert "the session is over" in rest


def test_what_is_followed_can_be_interrupted(environment: dict[str, str], growing: Path) -> None:
    command = [LAB, "events", "--follow", growing]
    with subprocess.Popen(command, env=environment, stdout=PIPE, stderr=PIPE, text=True) as child:
        assert child.stdout and child.stdout.readline()
        child.send_signal(signal.SIGINT)
        _, err = child.communicate(timeout=WITHIN)
    assert child.returncode == 130
    assert "Traceback" not in err


def test_a_reader_that_has_seen_enough_may_go(environment: dict[str, str], journal: Path, growing: Path) -> None:
    command = [LAB, "events", "--follow", growing]
    with subprocess.Popen(command, env=environment, stdout=PIPE, stderr=PIPE, text=True) as child:
        assert child.stdout and child.stdout.readline()
        child.stdout.close()
        child.stdout = None
        growing.write_bytes(journal.read_bytes())
        _, err = child.communicate(timeout=WITHIN)
    assert child.returncode == 1
    assert not err
