"""Every scenario that ships, played: what it says must come true, and the simulator must say it twice alike."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lab.engines.choose import choose
from lab.journal import encode
from lab.scenario.loader import load
from lab.scenario.player import play

SCENARIOS = sorted((Path(__file__).parent.parent / "scenarios").glob("*.yaml"))


def played(path, engine):
    lines = []
    choice = choose(engine)

    async def run():
        return await play(
            load(path), choice, session=f"test-{path.stem}", emit=lambda event, state: lines.append(encode(event))
        )

    with asyncio.Runner(loop_factory=choice.loop_factory) as runner:
        return runner.run(run()), lines


def unmet(state):
    failed = [f"{event.verb} on {event.fleet}: {event.detail}" for event in state.failures]
    return failed + [f"{x.fleet} {x.what}: expected {x.expected}, got {x.got}" for x in state.expectations if not x.ok]


def test_there_are_scenarios():
    assert {path.stem for path in SCENARIOS} >= {"pets-and-cattle"}


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_shipped_scenario_holds_on_the_simulator_and_repeats_itself_byte_by_byte(path):
    state, lines = played(path, "sim")
    assert state.closed.ok, unmet(state)
    assert played(path, "sim")[1] == lines


def test_two_processes_write_the_same_journal_byte_for_byte(tmp_path):
    journals = [tmp_path / f"{seed}.jsonl" for seed in (1, 2)]
    for seed, journal in enumerate(journals, 1):
        environment = {**os.environ, "PYTHONHASHSEED": str(seed), "LAB_STATE_DIR": str(tmp_path)}
        call = ["-m", "lab", "play", "a-zone-fails", "--engine", "sim", "--journal", str(journal)]
        subprocess.run([sys.executable, *call], env=environment, check=True, stdout=subprocess.DEVNULL)
    assert journals[0].read_bytes() == journals[1].read_bytes() != b""


@pytest.mark.docker
def test_the_demo_holds_on_docker():
    state, _ = played(next(path for path in SCENARIOS if path.stem == "pets-and-cattle"), "docker")
    assert state.closed.ok, unmet(state)
