"""Runs on a real engine that end early: nothing of the lab stays behind, and nothing else is touched."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import docker
import pytest

from lab.engines.docker.builds import FOUNDATION
from lab.engines.docker.labels import SESSION
from lab.journal import read
from lab.model.events import SessionClosed

pytestmark = pytest.mark.docker

LAB = str(Path(sys.executable).with_name("lab"))
WITHIN = 120.0
LONGEST = 45
"""Events after which a run of the scenario below is in the midst of its releases; it ends with about 110."""

SCENARIO = """\
title: Short
service:
  image: storefront
  versions:
    "1.0": {packages: {libpay: "1.0"}}
    "1.1": {from: "1.0", packages: {libpay: "1.1"}}
traffic: {rate: 20/s}
fleets:
  pets: {servers: 1, version: "1.0", strategy: in-place}
  cattle: {servers: 1, version: "1.0", strategy: rolling}
  pools: {servers: 1, version: "1.0", strategy: blue-green}
  birds: {servers: 1, version: "1.0", strategy: {canary: {steps: [{weight: 20%, for: 5s}], patience: 3s}}}
steps:
  - say: It serves.
  - at: 1s
    release: "1.1"
    may-fail: true
  - at: 8s
    scan:
expect:
  cattle: {version: "1.1", dropped: 0}
  pets: {version: "1.1"}
"""


@pytest.fixture
def client() -> Iterator[docker.DockerClient]:
    client = docker.from_env()
    yield client
    client.close()


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    path = tmp_path / "short.yaml"
    path.write_text(SCENARIO)
    return path


@pytest.fixture
def foreign(client: docker.DockerClient) -> Iterator[str]:
    """A container that is nobody's business."""
    container = client.containers.run(FOUNDATION, ["sleep", "600"], detach=True, init=True)
    yield str(container.id)
    container.remove(force=True)


def environment(state: Path) -> dict[str, str]:
    return {**os.environ, "LAB_STATE_DIR": str(state)}


@contextmanager
def playing(scenario: Path, state: Path, *more: str) -> Iterator["subprocess.Popen[str]"]:
    command = [LAB, "play", str(scenario), "--engine", "docker", *more]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment(state), stdout=pipe, stderr=pipe, text=True) as child:
        try:
            yield child
        finally:
            child.kill()
            child.communicate()
            down(state)


def down(state: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([LAB, "down"], env=environment(state), capture_output=True, text=True, timeout=WITHIN)


def until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + WITHIN
    while not condition():
        assert time.monotonic() < deadline, f"not within {WITHIN:g} s: {what}"
        time.sleep(0.02)


def journal(state: Path) -> Path | None:
    return next(iter(state.glob("*.jsonl")), None)


def events(state: Path) -> int:
    path = journal(state)
    return path.read_bytes().count(b"\n") if path else 0


def session(state: Path) -> str:
    path = journal(state)
    assert path
    return path.stem


def made(client: docker.DockerClient, name: str) -> list[str]:
    """Names of what a session has in Docker."""
    mine = {"label": [f"{SESSION}={name}"]}
    containers = client.api.containers(all=True, filters=mine)
    networks = client.api.networks(filters=mine)
    return [found["Id"] for found in (*containers, *networks)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_nothing(
    number: signal.Signals, scenario: Path, tmp_path: Path, client: docker.DockerClient
) -> None:
    state = tmp_path / "state"
    with playing(scenario, state) as child:
        until(lambda: events(state) > LONGEST or child.poll() is not None, "the fleets serve")
        name = session(state)
        assert made(client, name)
        child.send_signal(number)
        out, err = child.communicate(timeout=WITHIN)
        assert child.returncode == 130, err
        assert "Scorecard" in out
        assert not made(client, name)
    path = journal(state)
    assert path
    last = [*read(path)][-1]
    assert isinstance(last, SessionClosed) and last.reason == "interrupted"


def test_an_interrupt_while_it_is_being_set_up_leaves_nothing(
    scenario: Path, tmp_path: Path, client: docker.DockerClient
) -> None:
    state = tmp_path / "state"
    with playing(scenario, state) as child:
        until(lambda: events(state) > 0 and bool(made(client, session(state))), "something is there")
        child.send_signal(signal.SIGINT)
        _, err = child.communicate(timeout=WITHIN)
        assert child.returncode == 130, err
        assert not made(client, session(state))


@pytest.mark.parametrize("share", ["early", "in the middle", "late"])
def test_after_a_kill_at_any_moment_down_removes_what_is_left_and_nothing_else(
    share: str, scenario: Path, tmp_path: Path, client: docker.DockerClient, foreign: str
) -> None:
    state = tmp_path / "state"
    third = ("early", "in the middle", "late").index(share)
    moment = random.randint(1 + third * LONGEST // 3, (third + 1) * LONGEST // 3)
    print(f"killed after {moment} events")
    with playing(scenario, state) as child:
        until(lambda: events(state) >= moment or child.poll() is not None, f"{moment} events")
        name = session(state)
        child.kill()
        child.wait(WITHIN)
        left = made(client, name)
        done = down(state)
        assert done.returncode == 0, done.stderr
        assert not made(client, name)
        assert not left or f"removed session {name}" in done.stdout
    assert client.containers.get(foreign).status == "running"
    assert [*read(journal(state) or Path())]


def test_two_runs_side_by_side_do_not_disturb_each_other_and_down_leaves_them_alone(
    scenario: Path, tmp_path: Path, client: docker.DockerClient
) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    with playing(scenario, one) as first, playing(scenario, two) as second:
        until(lambda: all(events(state) > LONGEST for state in (one, two)), "both serve")
        assert made(client, session(one)) and made(client, session(two))
        done = down(one)
        assert f"left alone: session {session(one)}" in done.stdout
        assert f"left alone: session {session(two)}" in done.stdout
        for child in (first, second):
            out, err = child.communicate(timeout=WITHIN)
            assert child.returncode == 0, out + err
    assert not made(client, session(one)) and not made(client, session(two))


def test_what_is_kept_goes_on_running_until_it_is_taken_down(
    scenario: Path, tmp_path: Path, client: docker.DockerClient
) -> None:
    state = tmp_path / "state"
    with playing(scenario, state, "--keep") as child:
        out, err = child.communicate(timeout=WITHIN)
        assert child.returncode == 0, out + err
        name = session(state)
        running = client.containers.list(filters={"label": [f"{SESSION}={name}"]})
        assert {container.status for container in running} == {"running"}
        assert f"removed session {name}" in down(state).stdout
        assert not made(client, name)
