"""The other verbs, help, and how faults of all kinds become exit codes."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import LAB, SCENARIO, Lab

VERBS = (
    *("play", "check", "schema", "replay", "serve", "sessions", "status", "events", "doctor", "down", "images"),
    *("bisect", "copy"),
)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_that_teaches(lab: Lab, verb: str) -> None:
    assert verb in lab("--help").stdout
    done = lab(verb, "--help")
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) > 7


def test_an_unknown_verb_is_a_wrong_call(lab: Lab) -> None:
    assert lab("paly").returncode == 2


def test_check_looks_at_every_file_and_reports_every_mistake(lab: Lab, scenario: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(SCENARIO.replace("title:", "titel:").replace("20/s", "fast"))
    done = lab("check", bad, scenario, "pets-and-cattle", tmp_path / "none.yaml")
    assert done.returncode == 2
    assert "small.yaml: A small one: right, 2 fleets, 4 steps" in done.stdout
    assert "pets-and-cattle: " in done.stdout
    assert "bad.yaml:1:1" in done.stderr and "titel" in done.stderr
    assert "bad.yaml:8:" in done.stderr and "fast" in done.stderr
    assert "none.yaml" in done.stderr


def test_check_of_right_files_is_exit_code_zero(lab: Lab, scenario: Path) -> None:
    assert lab("check", scenario).returncode == 0


def test_check_needs_a_file(lab: Lab) -> None:
    assert lab("check").returncode == 2


def test_the_schema_is_json_and_knows_the_keys_of_a_scenario(lab: Lab) -> None:
    schema = json.loads(lab("schema").stdout)
    assert {"title", "service", "fleets", "steps", "expect"} <= set(schema["properties"])


NO_ENGINE = {"DOCKER_HOST": "unix:///nonexistent/docker.sock"}


def test_doctor_says_that_the_lab_works_without_docker_and_what_to_do(lab: Lab, state: Path) -> None:
    done = lab("doctor", env=NO_ENGINE)
    assert done.returncode == 0
    for text in ("✓ Python", "✓ simulator", f"✓ state folder: {state}", "! Docker engine", "→"):
        assert text in done.stdout


def test_doctor_says_that_the_lab_cannot_work_where_nothing_can_be_written(lab: Lab) -> None:
    done = lab("doctor", env={**NO_ENGINE, "LAB_STATE_DIR": "/dev/null/state"})
    assert done.returncode == 1
    assert "✗ state folder" in done.stdout and "LAB_STATE_DIR" in done.stdout


@pytest.mark.parametrize(
    "arguments", [["down"], ["down", "--all"], ["images", "build"], ["images", "list"], ["copy", "pets-1"]]
)
def test_what_needs_docker_says_that_it_does_not_answer(lab: Lab, arguments: list[str]) -> None:
    done = lab(*arguments, env=NO_ENGINE)
    assert done.returncode == 3
    assert "Docker engine does not answer" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_reader_that_hangs_up_is_no_fault(environment: dict[str, str]) -> None:
    with subprocess.Popen(
        [LAB, "schema"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout and child.stderr
        child.stdout.close()
        child.wait(30)
        assert child.stderr.read() == ""


def test_a_fault_of_the_lab_itself_is_a_short_message_and_a_file_with_the_whole_story(
    lab: Lab, scenario: Path, state: Path, tmp_path: Path
) -> None:
    """A module that is put before the real one stands for the fault that nobody has thought of."""
    (tmp_path / "sitecustomize.py").write_text(
        "import lab.scenario.player as player\n"
        "def check(scenario, lab): raise RuntimeError('something unthought of')\n"
        "player.check = check\n"
    )
    done = lab("play", scenario, "--engine", "sim", env={"PYTHONPATH": str(tmp_path)})
    assert done.returncode == 1
    assert "RuntimeError: something unthought of" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Scorecard" in done.stdout
    (story,) = state.glob("crash-*.txt")
    (journal,) = state.glob("*.jsonl")
    assert str(story) in done.stderr and journal.stem in done.stderr
    assert "Traceback" in story.read_text()
    assert journal.read_text().splitlines()[-1].startswith('{"kind":"session-closed"')
