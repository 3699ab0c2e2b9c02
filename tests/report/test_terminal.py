"""The terminal's look: every word of a result is there without colour too."""

import io
from functools import reduce

from rich.console import Console, RenderableType

from lab.model import events as e
from lab.model.state import LabState, fold
from lab.report.result import as_object
from lab.report.terminal import print_line, scorecard_table, status, verdict
from lab.report.timeline import Line
from tests.report.test_timeline import opened


def state(*events: e.Event) -> LabState:
    return reduce(fold, [*opened(), *events], LabState())


def drawn(*things: RenderableType, terminal: bool = False, width: int = 100) -> str:
    console = Console(file=io.StringIO(), force_terminal=terminal, width=width, color_system=None, highlight=False)
    console.print(*things, sep="\n")
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def printed(line: Line, *, terminal: bool, width: int = 40) -> list[str]:
    console = Console(file=io.StringIO(), force_terminal=terminal, width=width, color_system=None, highlight=False)
    print_line(console, line)
    assert isinstance(console.file, io.StringIO)
    return [row.rstrip() for row in console.file.getvalue().splitlines()]


CHECKED = e.ExpectationChecked(at=9.0, fleet="pets", what="residue", expected="0", got=2, ok=False)
LONG = Line(61.0, "pets", "word " * 12 + "end", "plain", "echo [bold]hi[/bold]")


def test_a_line_stays_one_line_where_no_terminal_is() -> None:
    first, second = printed(LONG, terminal=False)
    assert first == "  01:01.0 pets     · " + "word " * 12 + "end"
    assert second.strip() == "$ echo [bold]hi[/bold]"


def test_a_long_line_wraps_within_its_own_column_in_a_terminal() -> None:
    rows = printed(LONG, terminal=True)
    assert len(rows) > 3
    assert all(row.startswith(" " * 21) for row in rows[1:])


def test_verdicts_say_in_words_what_held_and_what_did_not() -> None:
    closed = e.SessionClosed(at=9.0, ok=False, reason="finished")
    shown = drawn(verdict(state(CHECKED, closed)))
    assert "✗ not held pets: residue: expected 0, got 2" in shown
    assert "1 of 1 expectations did not hold" in shown


def test_an_order_that_failed_is_in_the_verdict() -> None:
    failed = e.OrderEnded(at=5.0, order=1, fleet="pets", verb="release", ok=False, seconds=1.0, detail="disk full")
    shown = drawn(verdict(state(failed)))
    assert "! order failed pets: release at 00:05.0: disk full" in shown


def test_a_session_without_an_end_is_not_called_a_success() -> None:
    assert "not over" in drawn(verdict(state()))
    assert as_object(state(), None)["ok"] is False


def test_the_scorecard_has_a_column_for_each_fleet_and_counts_balance() -> None:
    rows = (e.RequestCount("pets-1", "1.0", "served", 1200, {100: 1200}), e.RequestCount("", "", "dropped", 34))
    shown = drawn(scorecard_table(state(e.TrafficCounted(at=1.0, start=0.0, fleet="pets", rows=rows))))
    assert "pets" in shown and "cattle" in shown
    assert "1,234" in shown and "1,200" in shown and "34" in shown


def test_the_status_shows_what_is_being_done_and_then_the_fleets() -> None:
    assert "building 1.0" in drawn(status(LabState(), "building 1.0"))
    routed = e.RoutingChanged(at=0.0, fleet="pets", shares={"main": 1.0})
    shown = drawn(status(state(routed, e.ServerAdmitted(at=2.0, fleet="pets", server="pets-1", version="1.0"))))
    assert "1/2 healthy" in shown and "1.0 ×1" in shown and "00:02.0" in shown
