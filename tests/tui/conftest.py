"""Tests of screens keep out of the user's own folders."""

import pytest


@pytest.fixture(autouse=True)
def own_folders(monkeypatch, tmp_path_factory):
    """A state folder of its own for each test, and a folder to write to."""
    folder = tmp_path_factory.mktemp("lab")
    monkeypatch.setenv("LAB_STATE_DIR", str(folder / "state"))
    monkeypatch.chdir(folder)
