"""The command line as users have it: the installed entry point, in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

LAB = str(Path(sys.executable).with_name("lab"))

SCENARIO = """\
title: A small one
seed: 7
service:
  image: storefront
  versions:
    "1.0": {packages: {libpay: "1.0"}, config: {currency: EUR}}
    "1.1": {from: "1.0", packages: {libpay: "1.1"}}
traffic: {rate: 20/s}
fleets:
  pets: {servers: 2, version: "1.0", strategy: in-place}
  cattle: {servers: 2, version: "1.0", strategy: rolling}
steps:
  - say: Both fleets run 1.0.
  - at: 1s
    release: "1.1"
  - ssh: {server: 1, write: {path: /etc/motd, content: "mine"}, who: on-call}
  - scan:
expect:
  cattle: {dropped: 0, version: "1.1"}
  pets: {distinct-states: 2, manual-changes: 1}
"""

Lab = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    folder = tmp_path / "state"
    folder.mkdir()
    return folder


@pytest.fixture
def environment(state: Path) -> dict[str, str]:
    """No terminal's habits, and a state folder of this test's own."""
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS")}
    return {**kept, "LAB_STATE_DIR": str(state), "TERM": "dumb"}


@pytest.fixture
def lab(environment: dict[str, str], tmp_path: Path) -> Lab:
    """Runs `lab` with these arguments to its end; `env` adds to its environment."""

    def run(*arguments: object, env: dict[str, str] | None = None, **more: Any) -> "subprocess.CompletedProcess[str]":
        command = [LAB, *map(str, arguments)]
        options: dict[str, Any] = {"capture_output": True, "text": True, "timeout": 60, "cwd": tmp_path, **more}
        return subprocess.run(command, env={**environment, **(env or {})}, check=False, **options)

    return run


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(SCENARIO)
    return path
