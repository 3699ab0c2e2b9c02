"""`lab bisect`: a search from the command line, on the simulator, and what is said of a call that makes no sense."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Lab

SIM = ("--engine", "sim")
FILE = "find-the-bad-one"


def test_the_first_bad_version_is_named_with_every_try(lab: Lab, state: Path) -> None:
    done = lab("bisect", FILE, "--good", "1.0", "--bad", "1.7", *SIM)
    assert done.returncode == 0
    for text in ("1.3 is good", "1.5 is bad", "1.4 is good", "1.5 is the first bad version (3 to find it"):
        assert text in done.stdout
    (journal,) = state.glob("*.jsonl")
    assert '"kind":"version-probed"' in journal.read_text()


def test_as_json_the_result_and_the_tries_are_for_programs(lab: Lab) -> None:
    found = json.loads(lab("bisect", FILE, "--good", "1.0", "--bad", "1.7", "--json", *SIM).stdout)
    assert (found["first_bad"], found["candidates"], found["reason"]) == ("1.5", ["1.5"], None)
    assert [(t["version"], t["verdict"]) for t in found["tries"]] == [("1.3", "good"), ("1.5", "bad"), ("1.4", "good")]


def test_a_bad_version_that_passes_is_exit_code_one(lab: Lab) -> None:
    done = lab("bisect", FILE, "--good", "1.0", "--bad", "1.4", *SIM)
    assert done.returncode == 1
    assert "bad: expected 1.4 to fail the probe, but it passed" in done.stdout


def test_what_counts_as_bad_can_be_said(lab: Lab) -> None:
    options = ("--errors", "< 50%", "--latency", "< 1ms", "--requests", "30", "--json")
    found = json.loads(lab("bisect", FILE, "--good", "1.0", "--bad", "1.7", *options, *SIM).stdout)
    assert found["first_bad"] is None
    assert "good: expected 1.0 to pass the probe, but it failed: latency: expected < 0.001" in found["reason"]
    assert {tried["requests"] for tried in found["tries"]} == {30}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--good", "1.7", "--bad", "1.0"], "the wrong way round"),
        (["--good", "1.0", "--bad", "1.9"], "--bad: found '1.9', expected a version that is defined"),
        (["--good", "1.0", "--bad", "1.7", "--errors", "few"], "--errors: found 'few', expected a number or a comp"),
        (["--good", "1.0", "--bad", "1.7", "--requests", "0"], "--requests: found 0, expected at least 1"),
        (
            ["--good", "1.0", "--bad", "1.7", "--fleet", "horses"],
            "--fleet: found 'horses', expected one of pets, cattle",
        ),
        (["--good", "1.0"], "--bad"),
    ],
)
def test_a_call_that_makes_no_sense_is_told_with_the_option_that_is_to_blame(
    lab: Lab, options: list[str], told: str
) -> None:
    done = lab("bisect", FILE, *options, *SIM)
    assert done.returncode == 2
    assert told in done.stderr and "Traceback" not in done.stderr
