"""The timeline: what each event is told as."""

from dataclasses import replace
from functools import reduce

import pytest

from lab.model import events as e
from lab.model.drift import DriftItem, ServerDrift
from lab.model.fleet import FleetSpec
from lab.model.manifest import Entry
from lab.model.state import LabState, fold
from lab.report.timeline import Line, clock, line, plain


def opened(servers: int = 2) -> list[e.Event]:
    fleets = (
        FleetSpec("pets", servers, "1.0", "in-place", True),
        FleetSpec("cattle", servers, "1.0", "rolling", False),
    )
    return [
        e.SessionOpened(lab="0", engine="sim", why="asked", title="T", seed=1, slo=0.25, rate=50.0, fleets=fleets),
        e.ServerLaunched(at=0.0, fleet="pets", server="pets-1", number=1, pool="main", version="1.0", digest="d"),
        e.ClockStarted(at=0.0),
    ]


def told(event: e.Event, servers: int = 2) -> Line | None:
    """The line of an event that comes after the clock was started."""
    return line(event, reduce(fold, [*opened(servers), event], LabState()))


def text(event: e.Event) -> str:
    found = told(event)
    assert found
    return found.text


def test_a_bisections_tries_are_told_with_their_verdicts() -> None:
    tried = e.VersionProbed(at=1.0, fleet="pets", version="1.3", verdict="bad", detail="errors: expected < 0.01")
    assert text(tried) == "1.3 is bad: errors: expected < 0.01"


def test_a_copy_is_told_to_be_the_same_or_what_it_differs_in() -> None:
    same = e.CopyCompared(at=1.0, fleet="pets", server="pets-1", copy="pets-staging", version="1.0", digest="d")
    assert text(same) == "pets-1 and its copy pets-staging, launched from image 1.0, are identical"
    items = tuple(DriftItem(f"/{number}", None, Entry("file")) for number in range(5))
    assert text(replace(same, items=items)).endswith("differ in /0, /1, /2 and 2 more")


def test_a_shell_is_told_with_where_it_really_is() -> None:
    opened = e.ShellOpened(at=1.0, fleet="pets", server="pets-1", where="pets-1", command="docker exec x", who="ada")
    assert told(opened) == Line(1.0, "pets", "ada opened a shell in pets-1", "plain", "docker exec x")
    copy = replace(opened, where="pets-staging")
    assert text(copy) == "ada opened a shell in pets-staging, a copy of pets-1 that will be thrown away"


def test_a_closed_shell_is_told_with_what_was_lost() -> None:
    shut = e.ShellClosed(at=1.0, fleet="pets", server="pets-1", where="pets-1", seconds=12.34)
    assert text(shut) == "the shell in pets-1 was closed after 12.3 s"
    copy = replace(shut, where="pets-staging")
    assert text(copy) == "the shell in pets-staging was closed after 12.3 s; nothing had been changed in it"
    items = tuple(DriftItem(f"/{number}", None, Entry("file")) for number in range(5))
    assert text(replace(copy, lost=items)).endswith("; lost with it: /0, /1, /2 and 2 more")
    assert text(replace(copy, detail="no answer")).endswith("what was lost with it is not known: no answer")


def operation(**changes: object) -> e.OperationDone:
    given: dict[str, object] = {"at": 1.0, "fleet": "pets", "server": "pets-1", "by": "patch", "who": "lab"}
    given |= {"step": "install", "command": "apt-get install libpay=1.1", "ok": True, "seconds": 1.0}
    return e.OperationDone(**(given | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("at", "shown"),
    [(0, "00:00.0"), (59.96, "01:00.0"), (61.25, "01:01.2"), (3600, "1:00:00.0"), (90_000, "25:00:00.0")],
)
def test_lab_time_is_shown_in_minutes_and_hours(at: float, shown: str) -> None:
    assert clock(at) == shown


def test_control_characters_are_shown_and_not_obeyed() -> None:
    assert plain("a\x1b[31mb\x07\x9bc\u202e") == "a�[31mb��c�"
    assert plain("one\r\ntwo\tthree") == "one\ntwo\tthree"


def test_an_order_is_told_in_the_words_of_the_scenario() -> None:
    everywhere = ("pets", "cattle")
    release = e.OrderGiven(at=1.0, order=1, verb="release", arguments={"version": "1.1"}, fleets=everywhere)
    assert told(release) == Line(1.0, "", "release 1.1", "order")
    kill = e.OrderGiven(at=1.0, order=2, verb="kill", arguments={"servers": [1, 2]}, fleets=("pets",))
    assert told(kill) == Line(1.0, "pets", "kill servers 1, 2", "order")


def test_what_was_run_on_a_server_is_shown_with_it() -> None:
    assert told(operation()) == Line(1.0, "pets", "pets-1: install", "quiet", "apt-get install libpay=1.1")


def test_a_person_is_named_with_what_they_changed() -> None:
    by_hand = told(operation(by="hand", who="on-call", step="ssh"))
    assert by_hand and by_hand.text == "on-call changed pets-1" and by_hand.tone == "plain"
    refused = told(operation(by="hand", who="on-call", step="ssh", ok=False, detail="Read-only file system"))
    assert refused and refused.text == "on-call could not change pets-1: Read-only file system"
    assert refused.tone == "bad"


def test_lost_requests_are_told_and_others_are_not() -> None:
    rows = (e.RequestCount("", "", "dropped", 3), e.RequestCount("", "", "refused", 1))
    assert text(e.TrafficCounted(at=1.0, start=0.0, fleet="pets", rows=rows)) == "3 requests dropped, 1 request refused"
    served = (e.RequestCount("pets-1", "1.0", "served", 50), e.RequestCount("pets-1", "1.0", "error", 2))
    assert told(e.TrafficCounted(at=1.0, start=0.0, fleet="pets", rows=served)) is None


def test_lost_requests_say_how_they_were_lost_each_way_once():
    rows = (e.RequestCount("", "", "dropped", 3), e.RequestCount("pets-1", "1.0", "served", 3))
    reasons = ["no answer within 15 s", "", "pets-2 did not answer in time", "no answer within 15 s"]
    samples = tuple(e.RequestSample(0.5, "", "", "dropped", 0, 0.1, why) for why in reasons)
    told = text(e.TrafficCounted(at=1.0, start=0.0, fleet="pets", rows=rows, samples=samples))
    assert told == "3 requests dropped (no answer within 15 s; pets-2 did not answer in time)"


def test_a_scan_counts_states_and_names_some_of_what_drifted() -> None:
    entry = Entry("file", "x")
    items = tuple(DriftItem(f"/etc/{name}", None, entry) for name in "abcde")
    servers = (ServerDrift("pets-1", "f1", items), ServerDrift("pets-2", "f2", ()))
    scan = e.Scanned(at=1.0, fleet="pets", declared="1.0", after="order", servers=servers)
    assert text(scan) == ("scan: 1 of 2 servers drifted from 1.0, 2 distinct states: /etc/a, /etc/b, /etc/c and 2 more")


def test_servers_are_told_of_one_by_one_only_in_small_fleets() -> None:
    admitted = e.ServerAdmitted(at=1.0, fleet="pets", server="pets-1", version="1.0")
    assert told(admitted, servers=2)
    assert told(admitted, servers=1000) is None


def test_a_failed_step_is_told_in_large_fleets_too() -> None:
    failed = told(operation(ok=False, detail="no route"), servers=1000)
    assert failed and failed.text == "pets-1: install failed: no route"


def test_nothing_has_a_time_before_the_clock_runs() -> None:
    progress = e.Progress(at=0.0, text="building")
    assert line(progress, LabState()) == Line(None, "", "building", "quiet")
