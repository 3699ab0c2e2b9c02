"""Journals for tests of what follows them: one that is over, and one that stops growing after its first lines."""

from pathlib import Path

import pytest

from tests.cli.conftest import Lab

WITHIN = 30.0
"""Seconds after which a program that should have said something, or ended, is given up."""


@pytest.fixture
def journal(lab: Lab, scenario: Path, tmp_path: Path) -> Path:
    path = tmp_path / "run.jsonl"
    assert lab("play", scenario, "--engine", "sim", "--journal", path).returncode == 0
    return path


@pytest.fixture
def growing(journal: Path, tmp_path: Path) -> Path:
    """The first lines of that journal, for a test to go on with."""
    path = tmp_path / "growing.jsonl"
    path.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:20]))
    return path
