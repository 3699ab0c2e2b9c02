"""Asking for an engine where there is none; and what tests that need one do then."""

import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lab.engines.docker.probe import probe

ROOT = Path(__file__).parents[3]
NOBODY = "tcp://127.0.0.1:9"


@pytest.mark.parametrize("host", [NOBODY, "unix:///nonsuch.sock", "nonsense"])
def test_no_engine_is_said_with_what_to_do(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("DOCKER_HOST", host)
    found = probe()
    assert not found.ok
    assert "does not answer" in found.detail
    assert "--engine sim" in found.hint


def test_an_engine_that_hangs_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{silent.getsockname()[1]}")
        started = time.monotonic()
        found = probe(within=0.5)
        assert time.monotonic() - started < 2
    assert not found.ok
    assert "no answer within 0.5 s" in found.detail


@pytest.mark.parametrize(("required", "expected"), [("0", "1 skipped"), ("1", "1 error|1 failed")])
def test_tests_that_need_docker_are_skipped_without_it_or_fail_where_it_is_required(
    required: str, expected: str
) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/docker", "-k", "proxys_controls"],
        cwd=ROOT,
        env={**os.environ, "DOCKER_HOST": NOBODY, "LAB_REQUIRE_DOCKER": required},
        capture_output=True,
        text=True,
        check=False,
    )
    assert re.search(expected, ended.stdout), ended.stdout
    assert "does not answer" in ended.stdout
    assert (ended.returncode == 0) == (required == "0")
