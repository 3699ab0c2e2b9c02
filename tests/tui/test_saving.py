"""What was done by hand in a session becomes a scenario of its own."""

import time

import pytest

from lab.engines.base import LabError
from lab.model.orders import Release
from lab.scenario.loader import load, load_text
from lab.tui.live import Live, Plan
from lab.tui.saving import save
from tests.tui.opened import QUIET

WITHIN = 20.0


@pytest.fixture
def live(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    source = tmp_path / "quiet.yaml"
    source.write_text(QUIET)
    live = Live(Plan(load_text(QUIET, "quiet.yaml"), "sim", 20.0, source))
    yield live
    live.close()
    if live.name:
        assert live.wait(WITHIN)


def begin(live):
    live.start()
    live.give(Release(version="1.1"), ("cattle",))
    deadline = time.monotonic() + WITHIN
    while not live.picture.state.orders:
        live.give(Release(version="1.1"), ("cattle",))
        assert time.monotonic() < deadline
        live.drain()
        time.sleep(0.1)


def test_the_file_is_named_after_the_session_and_holds_what_was_ordered(live, tmp_path):
    begin(live)
    path = save(live)
    assert (tmp_path / path).name == f"{live.name}.yaml"
    assert any(isinstance(step.order, Release) for step in load(path).steps)


def test_nothing_that_is_there_is_written_over(live):
    begin(live)
    first = save(live)
    before = first.read_text()
    second = save(live)
    assert second.name == f"{live.name}-2.yaml"
    assert first.read_text() == before


def test_a_session_that_has_not_begun_has_nothing_to_save(live):
    with pytest.raises(LabError, match="has not begun"):
        save(live)
