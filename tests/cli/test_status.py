"""`lab status`: how a session stands, as plain lines."""

import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import LAB, Lab
from tests.cli.growing import WITHIN, growing, journal

__all__ = ["growing", "journal"]

PIPE = subprocess.PIPE


def watching(environment: dict[str, str], *arguments: object) -> "subprocess.Popen[str]":
    command = [LAB, "status", "--watch", *map(str, arguments)]
    return subprocess.Popen(command, env=environment, stdout=PIPE, stderr=PIPE, text=True)


@pytest.fixture
def running(environment: dict[str, str], scenario: Path, state: Path) -> Iterator["subprocess.Popen[str]"]:
    """A lab whose session takes its time, in this test's state folder."""
    command = [LAB, "play", scenario, "--engine", "sim", "--speed", "0.1"]
    with subprocess.Popen(command, env=environment, stdout=PIPE, stderr=subprocess.STDOUT, text=True) as child:
        assert child.stdout
        while "Both fleets run 1.0" not in child.stdout.readline():
            assert child.poll() is None
        yield child
        child.kill()


def test_it_says_what_each_fleet_runs_and_what_became_of_its_requests(lab: Lab, journal: Path) -> None:
    said = lab("status", journal).stdout
    for part in ("over (finished)", "engine sim", "fleet pets, in-place", "2 healthy", "sent", "drifted", "distinct"):
        assert part in said


def test_where_no_session_has_run_it_says_how_to_begin_one(lab: Lab) -> None:
    done = lab("status")
    assert done.returncode == 1
    assert "lab play" in done.stderr and "Traceback" not in done.stderr


def test_without_a_name_the_newest_session_is_meant(lab: Lab, scenario: Path) -> None:
    lab("play", scenario, "--engine", "sim")
    assert "over (finished)" in lab("status").stdout


def test_for_programs_it_is_the_object_of_a_run_and_its_phase(lab: Lab, journal: Path) -> None:
    said = json.loads(lab("status", journal, "--json").stdout)
    assert said.pop("phase") == "over (finished)"
    assert said == json.loads(lab("replay", journal, "--json").stdout)


def test_what_is_watched_is_said_as_it_grows_up_to_its_end(
    environment: dict[str, str], journal: Path, growing: Path
) -> None:
    with watching(environment, growing) as child:
        assert child.stdout
        assert child.stdout.readline() and child.poll() is None
        growing.write_bytes(journal.read_bytes())
        rest, err = child.communicate(timeout=WITHIN)
    assert child.returncode == 0 and not err
    assert "over (finished)" in rest
    assert "\x1b" not in rest


def test_what_is_watched_can_be_interrupted(environment: dict[str, str], growing: Path) -> None:
    with watching(environment, growing) as child:
        assert child.stdout and child.stdout.readline()
        child.send_signal(signal.SIGINT)
        _, err = child.communicate(timeout=WITHIN)
    assert child.returncode == 130
    assert "Traceback" not in err


def test_the_session_that_runs_is_watched_until_its_lab_is_killed(
    environment: dict[str, str], lab: Lab, running: "subprocess.Popen[str]"
) -> None:
    with watching(environment) as child:
        assert child.stdout and ": running, at" in child.stdout.readline()
        running.kill()
        rest, err = child.communicate(timeout=WITHIN)
    assert child.returncode == 0 and not err
    assert "killed before it ended" in rest
    assert "killed before it ended" in lab("status").stdout
    assert lab("status", "--watch").stdout == lab("status").stdout
