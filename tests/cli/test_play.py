"""`lab play` on the simulator, from outside."""

import json
from pathlib import Path

import pytest

from lab.journal import read
from lab.model.events import SessionClosed, SessionOpened
from tests.cli.conftest import SCENARIO, Lab

KEYS = ["scenario", "engine", "seed", "lab_seconds", "wall_seconds", "ok", "fleets", "expectations"]
FLEET_KEYS = {
    "lost_orders",
    "switch_seconds",
    "verify_requests",
    "verdict",
    "extra_server_seconds",
    "replaced_servers",
    "recovery_seconds",
    "verified_digest",
    "serving_digests",
    "servers",
    "healthy",
    "declared_version",
    "versions",
    "requests",
    "latency_ms",
    "drifted_servers",
    "distinct_states",
    "residue_paths",
    "mixed_version_seconds",
    "release_seconds",
    "rollback_seconds",
    "server_seconds",
    "manual_changes",
}


def test_the_first_line_says_which_engine_and_why(lab: Lab, scenario: Path) -> None:
    done = lab("play", scenario, "--engine", "sim")
    assert done.stdout.splitlines()[0] == "engine sim: it was asked for"


def test_a_run_ends_with_the_scorecard_and_a_line_for_each_expectation(lab: Lab, scenario: Path, state: Path) -> None:
    done = lab("play", scenario, "--engine", "sim")
    assert done.returncode == 0, done.stderr
    for text in ("pets", "cattle", "in-place", "rolling", "distinct states", "dropped without an answer"):
        assert text in done.stdout
    assert "✓ held    cattle: dropped: expected 0, got 0" in done.stdout
    assert "✓ held    pets: distinct-states: expected 2, got 2" in done.stdout
    (journal,) = state.glob("*.jsonl")
    assert done.stdout.splitlines()[-1] == f"session {journal.stem}, journal {journal}"
    assert not done.stderr


def test_an_expectation_that_does_not_hold_says_what_was_expected_and_what_came(lab: Lab, scenario: Path) -> None:
    scenario.write_text(SCENARIO.replace("manual-changes: 1", "manual-changes: 9"))
    done = lab("play", scenario, "--engine", "sim")
    assert done.returncode == 1
    assert "✗ not held pets: manual-changes: expected 9, got 1" in done.stdout


def test_an_order_that_fails_fails_the_run(lab: Lab, scenario: Path) -> None:
    scenario.write_text(SCENARIO.replace("  - scan:", "  - wait-until: {healthy: 9, within: 3s}"))
    done = lab("play", scenario, "--engine", "sim")
    assert done.returncode == 1
    assert "! order failed pets: wait-until" in done.stdout


def test_json_is_one_object_on_standard_output_and_progress_goes_to_standard_error(lab: Lab, scenario: Path) -> None:
    done = lab("play", scenario, "--engine", "sim", "--json", "--seed", 42)
    result = json.loads(done.stdout)
    assert list(result) == KEYS
    assert (result["scenario"], result["engine"], result["seed"], result["ok"]) == ("A small one", "sim", 42, True)
    assert result["wall_seconds"] > 0
    for fleet in result["fleets"].values():
        assert set(fleet) == FLEET_KEYS
        requests = fleet["requests"]
        assert requests["sent"] == sum(requests[name] for name in ("served", "error", "refused", "dropped")) > 0
        assert list(fleet["latency_ms"]) == ["p50", "p95", "p99"]
    dropped = {"fleet": "cattle", "what": "dropped", "expected": "0", "got": 0, "ok": True}
    assert dropped in result["expectations"]
    assert "engine sim" in done.stderr and "release" in done.stderr


def test_the_same_seed_gives_the_same_bytes_in_the_journal(lab: Lab, scenario: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        assert lab("play", scenario, "--engine", "sim", "--journal", tmp_path / name).returncode == 0
    assert lab("play", scenario, "--engine", "sim", "--seed", 8, "--journal", tmp_path / "c").returncode == 0
    a, b, c = ((tmp_path / name).read_bytes() for name in "abc")
    assert a == b != c


def test_a_journal_that_is_named_goes_there_and_an_existing_file_is_kept(
    lab: Lab, scenario: Path, tmp_path: Path
) -> None:
    path = tmp_path / "mine.jsonl"
    assert lab("play", scenario, "--engine", "sim", "--journal", path).returncode == 0
    events = list(read(path))
    assert isinstance(events[0], SessionOpened) and isinstance(events[-1], SessionClosed)
    again = lab("play", scenario, "--engine", "sim", "--journal", path)
    assert again.returncode == 2
    assert "exists already" in again.stderr
    assert list(read(path)) == events


def test_a_full_disk_is_a_clear_error_and_the_figures_so_far_still_come(lab: Lab, scenario: Path) -> None:
    done = lab("play", scenario, "--engine", "sim", "--journal", "/dev/full")
    assert done.returncode == 1
    assert "the journal /dev/full is incomplete: No space left on device" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Scorecard" in done.stdout


def test_a_scenario_that_ships_is_found_by_its_name(lab: Lab) -> None:
    done = lab("play", "pets-and-cattle", "--engine", "sim", "--json")
    assert done.returncode == 0, done.stdout
    assert set(json.loads(done.stdout)["fleets"]) == {"pets", "cattle"}


def test_a_name_that_is_nothing_says_what_there_is(lab: Lab) -> None:
    done = lab("play", "pets-and-catle")
    assert done.returncode == 2
    assert "Did you mean pets-and-cattle?" in done.stderr


def test_mistakes_in_the_scenario_start_nothing(lab: Lab, scenario: Path, state: Path) -> None:
    scenario.write_text(SCENARIO.replace("strategy: rolling", "strategie: rolling").replace("20/s", "fast"))
    done = lab("play", scenario, "--engine", "sim")
    assert done.returncode == 2
    assert f"{scenario}:8:17" in done.stderr and "fast" in done.stderr
    assert f"{scenario}:11:" in done.stderr and "did you mean strategy?" in done.stderr
    assert not done.stdout
    assert not [*state.iterdir()]


@pytest.mark.parametrize("speed", ["0", "-1", "nan", "inf", "fast"])
def test_a_speed_that_is_none_is_a_wrong_call(lab: Lab, scenario: Path, speed: str) -> None:
    done = lab("play", scenario, "--engine", "sim", f"--speed={speed}")
    assert done.returncode == 2
    assert "is not a speed" in done.stderr


@pytest.mark.parametrize("arguments", [["--engine", "vmware"], ["--seed", "-1"], ["--seed", "x"], ["--nonsense"]])
def test_a_wrong_call_is_exit_code_two(lab: Lab, scenario: Path, arguments: list[str]) -> None:
    assert lab("play", scenario, *arguments).returncode == 2


def test_docker_at_another_speed_is_a_wrong_call(lab: Lab, scenario: Path) -> None:
    done = lab("play", scenario, "--engine", "docker", "--speed", 10)
    assert done.returncode == 2
    assert "real time" in done.stderr


NO_ENGINE = {"DOCKER_HOST": "unix:///nonexistent/docker.sock"}


def test_docker_that_is_asked_for_and_does_not_answer_is_exit_code_three(lab: Lab, scenario: Path, state: Path) -> None:
    done = lab("play", scenario, "--engine", "docker", env=NO_ENGINE)
    assert done.returncode == 3
    assert "docker engine cannot be used" in done.stderr and "docker info" in done.stderr
    assert not [*state.glob("*.lock")]


def test_auto_takes_the_simulator_where_no_engine_answers_and_says_so(lab: Lab, scenario: Path) -> None:
    done = lab("play", scenario, env=NO_ENGINE)
    assert done.returncode == 0
    assert done.stdout.startswith("engine sim: Docker cannot be used here:")


def test_no_colour_is_sent_where_it_is_not_wanted(lab: Lab, scenario: Path) -> None:
    assert "\x1b" not in lab("play", scenario, "--engine", "sim").stdout
    coloured = lab("play", scenario, "--engine", "sim", env={"FORCE_COLOR": "1", "TERM": "xterm-256color"})
    plain = lab(
        "play", scenario, "--engine", "sim", env={"NO_COLOR": "1", "FORCE_COLOR": "1", "TERM": "xterm-256color"}
    )
    assert "\x1b[32m" in coloured.stdout or "\x1b[1;32m" in coloured.stdout
    assert "\x1b[32m" not in plain.stdout and "\x1b[1;32m" not in plain.stdout
