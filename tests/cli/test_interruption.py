"""Signals: a run that is interrupted ends its session, gives what it has, and exits with 130."""

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lab.journal import read
from lab.model.events import SessionClosed
from tests.cli.conftest import LAB


@contextmanager
def paced(scenario: Path, environment: dict[str, str], *more: str) -> Iterator["subprocess.Popen[str]"]:
    """A run in real time whose fleets have just begun to serve."""
    command = [LAB, "play", str(scenario), "--engine", "sim", "--speed", "1", *more]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment, stdout=pipe, stderr=pipe, text=True) as child:
        try:
            progress = child.stderr if "--json" in more else child.stdout
            assert progress
            while "Both fleets run" not in progress.readline():
                assert child.poll() is None
            yield child
        finally:
            child.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_run_closes_its_session_and_shows_what_it_has(
    number: signal.Signals, scenario: Path, environment: dict[str, str], state: Path
) -> None:
    with paced(scenario, environment) as child:
        child.send_signal(number)
        out, err = child.communicate(timeout=30)
    assert child.returncode == 130
    assert "cleaning up" in err and "Traceback" not in err
    assert "Scorecard" in out and "interrupted" in out
    (journal,) = state.glob("*.jsonl")
    last = [*read(journal)][-1]
    assert isinstance(last, SessionClosed) and not last.ok and last.reason == "interrupted"
    assert not [*state.glob("*.lock")]


def test_an_interrupted_run_still_prints_its_object(scenario: Path, environment: dict[str, str]) -> None:
    with paced(scenario, environment, "--json") as child:
        child.send_signal(signal.SIGINT)
        out, _ = child.communicate(timeout=30)
    assert child.returncode == 130
    result = json.loads(out)
    assert result["ok"] is False and set(result["fleets"]) == {"pets", "cattle"}


def test_a_running_session_can_be_followed_and_is_listed_as_running(
    scenario: Path, environment: dict[str, str], state: Path
) -> None:
    with paced(scenario, environment) as child:
        (journal,) = state.glob("*.jsonl")
        listed = subprocess.run([LAB, "sessions"], env=environment, capture_output=True, text=True, timeout=30)
        assert "running" in listed.stdout
        command = [LAB, "replay", journal.stem, "--follow"]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as follower:
            assert follower.stdout
            assert follower.stdout.readline().startswith("engine sim")
            child.send_signal(signal.SIGTERM)
            told = follower.stdout.read()
            assert follower.wait(30) == 1
    assert "interrupted" in told


def test_a_killed_session_is_no_longer_followed(scenario: Path, environment: dict[str, str], state: Path) -> None:
    with paced(scenario, environment) as child:
        (journal,) = state.glob("*.jsonl")
        child.kill()
        child.wait(30)
    command = [LAB, "replay", journal.stem, "--follow"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30)
    assert done.returncode == 1
    assert "not over" in done.stdout
    listed = subprocess.run([LAB, "sessions"], env=environment, capture_output=True, text=True, timeout=30)
    assert "killed" in listed.stdout


def test_two_runs_at_the_same_time_do_not_disturb_each_other(
    scenario: Path, environment: dict[str, str], state: Path
) -> None:
    with paced(scenario, environment) as one, paced(scenario, environment) as two:
        assert len([*state.glob("*.lock")]) == 2
        one.send_signal(signal.SIGINT)
        assert one.wait(30) == 130
        assert two.poll() is None
        two.send_signal(signal.SIGINT)
        assert two.wait(30) == 130
    assert len([*state.glob("*.jsonl")]) == 2


def test_a_reader_of_the_output_that_hangs_up_ends_the_run_cleanly(
    scenario: Path, environment: dict[str, str], state: Path
) -> None:
    with paced(scenario, environment) as child:
        assert child.stdout and child.stderr
        child.stdout.close()
        assert child.wait(30) == 1
        assert "Traceback" not in child.stderr.read()
    (journal,) = state.glob("*.jsonl")
    assert isinstance([*read(journal)][-1], SessionClosed)
