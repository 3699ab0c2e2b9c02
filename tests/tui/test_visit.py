"""A shell that stays open in the session's own loop, until it is left or the session ends."""

import time

import pytest

from lab.engines.base import LabError
from lab.scenario.loader import load_text
from lab.tui.live import Live, Plan
from lab.tui.prompt import parse
from lab.tui.visit import WHO, Visit
from tests.tui.opened import QUIET

WITHIN = 20.0


@pytest.fixture
def live():
    live = Live(Plan(load_text(QUIET, "quiet.yaml"), "sim", 20.0))
    live.start()
    until(live, lambda: live.picture.state.started)
    yield live
    live.close()
    assert live.wait(WITHIN)


def until(live, condition):
    deadline = time.monotonic() + WITHIN
    while not condition():
        assert time.monotonic() < deadline
        live.drain()
        time.sleep(0.01)


def do(visit, line):
    shell = visit.opened.result(WITHIN)
    return visit.do(parse(line, shell.asked.number, WHO)).result(WITHIN)


def test_what_is_done_on_a_mutable_server_is_an_order_of_the_users(live):
    visit = Visit(live, "pets-2", "copy")
    assert not visit.opened.result(WITHIN).throwaway
    assert do(visit, "set timeout 30") == ""
    visit.leave()
    visit.over.result(WITHIN)
    until(live, lambda: live.picture.commands["pets-2"])
    assert live.picture.commands["pets-2"][-1].who == WHO
    assert [order.verb for order in live.picture.state.orders.values()][-1] == "ssh"


def test_what_is_done_in_a_copy_goes_with_it(live):
    visit = Visit(live, "cattle-1", "copy")
    assert visit.opened.result(WITHIN).throwaway
    assert do(visit, "set timeout 30") == ""
    visit.leave()
    visit.over.result(WITHIN)
    until(live, lambda: live.picture.shell)
    assert not [order.verb for order in live.picture.state.orders.values() if order.verb == "ssh"]
    assert {*live.picture.state.fleets["cattle"].servers} == {"cattle-1", "cattle-2"}


def test_on_a_read_only_server_nothing_can_be_changed_and_that_is_said(live):
    visit = Visit(live, "cattle-1", "read-only")
    assert not visit.opened.result(WITHIN).throwaway
    assert do(visit, "set timeout 30") == "Read-only file system"
    visit.leave()
    visit.over.result(WITHIN)


def test_a_server_that_there_is_not_has_no_shell(live):
    visit = Visit(live, "pets-99", "copy")
    with pytest.raises(LabError, match="pets-99"):
        visit.opened.result(WITHIN)
    visit.over.result(WITHIN)


def test_a_shell_that_is_left_before_it_is_there_is_closed_as_soon_as_it_is(live):
    visit = Visit(live, "cattle-1", "copy")
    visit.leave()
    visit.over.result(WITHIN)


def test_a_session_that_ends_takes_its_shells_along(live):
    visit = Visit(live, "cattle-1", "copy")
    visit.opened.result(WITHIN)
    live.close()
    with pytest.raises(LabError):
        visit.over.result(WITHIN)
    assert live.wait(WITHIN)
    assert live.error is None
