"""Sessions: names, locks, the list and what is pruned."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lab import sessions
from lab.journal import Journal
from lab.model.events import Event, SessionClosed, SessionOpened

OPENED = SessionOpened(lab="0.1.0", engine="sim", why="asked for", title="T", seed=7, slo=0.25, rate=50.0, fleets=())


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LAB_STATE_DIR", str(tmp_path / "state"))
    return sessions.state_folder()


def journal(folder: Path, name: str, *events: Event, modified: float | None = None) -> sessions.Session:
    session = sessions.Session(name, folder)
    with Journal(session.journal) as file:
        for event in (OPENED, *events):
            file.write(event)
    if modified is not None:
        os.utime(session.journal, (modified, modified))
    return session


def test_a_session_lives_from_its_beginning_to_its_end() -> None:
    with sessions.begin() as session:
        assert session.alive
    assert not session.alive
    assert not session.lock.exists()


def test_sessions_at_the_same_time_have_different_names_and_all_live() -> None:
    with sessions.begin() as one, sessions.begin() as two:
        assert one.name != two.name
        assert one.alive and two.alive


def test_a_name_that_is_taken_is_not_given_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal(folder, "taken")
    names = iter(["taken", "taken", "free"])
    monkeypatch.setattr(sessions, "_new_name", lambda: next(names))
    with sessions.begin() as session:
        assert session.name == "free"


def test_a_killed_lab_is_not_alive_any_more() -> None:
    program = "from lab import sessions\nwith sessions.begin() as s:\n print(s.name, flush=True)\n input()"
    child = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdin and child.stdout
    session = sessions.Session(child.stdout.readline().strip(), sessions.state_folder())
    assert session.alive
    child.send_signal(signal.SIGKILL)
    child.wait(30)
    child.stdin.close()
    child.stdout.close()
    assert session.lock.exists()
    assert not session.alive


def test_the_list_says_how_each_session_ended(folder: Path) -> None:
    journal(folder, "good", SessionClosed(at=1.0, ok=True, reason="finished"))
    journal(folder, "bad", SessionClosed(at=1.0, ok=False, reason="stopped: release failed"))
    journal(folder, "stopped", SessionClosed(at=1.0, ok=False, reason="interrupted"))
    journal(folder, "gone")
    (folder / "odd.jsonl").write_bytes(b"\x00\x01")
    with sessions.begin() as running:
        journal(folder, running.name)
        states = {entry.session.name: entry.state for entry in sessions.listed()}
    assert states == {
        "good": "ok",
        "bad": "failed",
        "stopped": "interrupted",
        "gone": "killed",
        "odd": "killed",
        running.name: "running",
    }


def test_the_list_begins_with_the_newest(folder: Path) -> None:
    for age, name in enumerate(["old", "middle", "new"]):
        journal(folder, name, modified=1000.0 + age)
    assert [entry.session.name for entry in sessions.listed()] == ["new", "middle", "old"]


def test_the_oldest_journals_are_pruned_but_never_a_live_one(folder: Path) -> None:
    with sessions.begin() as live:
        journal(folder, live.name, modified=1.0)
        for age in range(5):
            journal(folder, f"s{age}", modified=1000.0 + age)
        sessions.prune(folder, kept=2)
        assert {path.stem for path in folder.glob("*.jsonl")} == {live.name, "s3", "s4"}


def test_locks_that_dead_labs_left_without_a_journal_go_away(folder: Path) -> None:
    stale = folder / "dead.lock"
    stale.touch()
    os.utime(stale, (1.0, 1.0))
    with sessions.begin() as session:
        assert not stale.exists()
        assert session.lock.exists()


@pytest.mark.parametrize("name", ["../state/good", "/etc/passwd", "", "none"])
def test_only_names_find_sessions(folder: Path, name: str) -> None:
    journal(folder, "good")
    assert sessions.find("good")
    assert sessions.find(name) is None


def test_a_state_folder_that_cannot_be_made_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_STATE_DIR", "/dev/null/state")
    with pytest.raises(sessions.StateFolderError, match="LAB_STATE_DIR"), sessions.begin():
        pass
