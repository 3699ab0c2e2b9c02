"""`lab replay` and `lab sessions`: a session told again from its journal alone."""

import json
import subprocess
from pathlib import Path

import pytest

from lab.journal import encode, read
from lab.model.events import RequestCount, SessionClosed, TrafficCounted
from tests.cli.conftest import LAB, Lab


@pytest.fixture
def journal(lab: Lab, scenario: Path, tmp_path: Path) -> Path:
    path = tmp_path / "run.jsonl"
    assert lab("play", scenario, "--engine", "sim", "--journal", path).returncode == 0
    return path


def test_a_replay_tells_the_same_as_the_run_did(lab: Lab, scenario: Path, tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    live = lab("play", scenario, "--engine", "sim", "--journal", path)
    again = lab("replay", path)
    assert again.returncode == 0
    assert again.stdout.splitlines()[:-1] == live.stdout.splitlines()[:-1]  # but for where the journal is


def test_a_replay_gives_the_same_object_without_wall_time(lab: Lab, scenario: Path, tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    live = json.loads(lab("play", scenario, "--engine", "sim", "--journal", path, "--json").stdout)
    again = json.loads(lab("replay", path, "--json").stdout)
    assert again == {**live, "wall_seconds": None}


def test_sessions_are_listed_and_replayed_by_name(lab: Lab, scenario: Path, state: Path) -> None:
    lab("play", scenario, "--engine", "sim")
    (path,) = state.glob("*.jsonl")
    listed = lab("sessions").stdout
    assert path.stem in listed and "ok" in listed and "sim" in listed
    assert lab("replay", path.stem).returncode == 0


def test_no_sessions_yet_says_how_to_make_one(lab: Lab) -> None:
    assert "lab play" in lab("sessions").stdout


def test_a_session_that_was_killed_is_replayed_as_far_as_it_came(lab: Lab, journal: Path) -> None:
    content = journal.read_bytes()
    journal.write_bytes(content[: len(content) * 2 // 3])
    done = lab("replay", journal)
    assert done.returncode == 1
    assert "Scorecard" in done.stdout and "not over" in done.stdout
    assert "Traceback" not in done.stderr


def test_a_growing_journal_is_followed_to_its_end(environment: dict[str, str], journal: Path, tmp_path: Path) -> None:
    lines = journal.read_bytes().splitlines(keepends=True)
    growing = tmp_path / "growing.jsonl"
    growing.write_bytes(b"".join(lines[:20]))
    command = [LAB, "replay", str(growing), "--follow"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as follower:
        assert follower.stdout
        assert follower.stdout.readline().startswith("engine sim")  # it has read the beginning, and waits
        with growing.open("ab") as file:
            file.write(b"".join(lines[20:]))
        rest = follower.stdout.read()
        assert follower.wait(30) == 0
    assert "✓ everything that was expected came" in rest


def hostile(events: list[bytes]) -> dict[str, bytes]:
    first, rest = events[0], b"".join(events[1:])
    row = RequestCount("s", "1.0", "served", 1, {10**9: 1})
    return {
        "empty": b"",
        "binary": b"\x7fELF\x00\x00\n" * 100,
        "yaml": b"title: x\n",
        "other-json": b'{"a": 1}\n',
        "newer": first.replace(b'"schema":1', b'"schema":99') + rest,
        "no-session": rest,
        "unknown-fleet": first + encode(TrafficCounted(at=1.0, start=0.0, fleet="none", rows=())),
        "unknown-outcome": first
        + encode(TrafficCounted(at=1.0, start=0.0, fleet="pets", rows=(RequestCount("s", "1.0", "lost", 1),))),
        "endless-latency": first
        + encode(TrafficCounted(at=1.0, start=0.0, fleet="pets", rows=(row,)))
        + encode(SessionClosed(at=1.0, ok=True, reason="x")),
        "broken-line": first + b'{"kind":"said"}\n' + rest,
    }


def test_a_hostile_journal_is_an_error_with_a_place_and_not_a_traceback(
    lab: Lab, journal: Path, tmp_path: Path
) -> None:
    for name, content in hostile(journal.read_bytes().splitlines(keepends=True)).items():
        path = tmp_path / f"{name}.jsonl"
        path.write_bytes(content)
        done = lab("replay", path)
        assert (name, done.returncode) == (name, 2), done.stderr
        assert str(path) in done.stderr and "Traceback" not in done.stderr, name


def test_a_journal_cannot_steer_the_terminal(lab: Lab, journal: Path) -> None:
    journal.write_bytes(journal.read_bytes().replace(b"Both fleets", b"\\u001b]0;owned\\u0007[red]"))
    done = lab("replay", journal)
    assert "\x1b" not in done.stdout and "\x07" not in done.stdout
    assert "]0;owned" in done.stdout and "[red]" in done.stdout


def test_what_is_neither_a_file_nor_a_session_says_so(lab: Lab) -> None:
    done = lab("replay", "nobody-knows")
    assert done.returncode == 2
    assert "lab sessions" in done.stderr


def test_the_journal_of_a_run_holds_every_request(journal: Path) -> None:
    counted = [event for event in read(journal) if isinstance(event, TrafficCounted)]
    assert sum(row.count for event in counted for row in event.rows) > 0
