"""How a session stands, in lines."""

import asyncio
from dataclasses import replace

from lab.model import events as e
from lab.model import orders as o
from lab.model.state import LabState
from lab.report.status import standing
from tests.support import on_sim, setup


async def _nothing(lab):
    await asyncio.sleep(1)


def lines_of(lab, fleet, **options):
    said = standing(lab.session.state, **options)
    first = next(number for number, line in enumerate(said) if line.startswith(f"fleet {fleet},"))
    return said[first : first + 5]


def test_a_session_that_has_not_begun_is_said_to_be_so():
    assert standing(LabState()) == ["The session has not begun yet."]


def test_a_session_is_set_up_runs_and_is_over_or_killed():
    state = on_sim(setup(), _nothing).session.state
    over = replace(state, closed=e.SessionClosed(at=9.0, ok=True, reason="finished"))
    heads = [
        standing(shown, killed)[0]
        for shown, killed in ((replace(state, started=False), False), (state, False), (state, True), (over, True))
    ]
    for head, phase in zip(heads, ("being set up", "running", "killed before", "over (finished)"), strict=True):
        assert phase in head


def test_each_state_of_servers_is_counted_and_what_is_lost_with_them():
    async def story(lab):
        await lab.session.give(o.Kill(servers=[1, 2]), ["pets"])
        await asyncio.sleep(5)
        assert "  servers: 2 dead, 2 healthy; users reach 2 of version 1.0" in lines_of(lab, "pets")
        assert "  drift: not scanned yet" in lines_of(lab, "pets")
        await lab.session.give(o.Kill(servers=[3, 4]), ["pets"])
        await asyncio.sleep(5)
        assert "  servers: 4 dead; users reach none" in lines_of(lab, "pets")

    lab = on_sim(setup(), story)
    assert " 0 lost" not in lines_of(lab, "pets")[3]
    assert " 0 lost" in lines_of(lab, "cattle")[3]


def test_drift_is_counted_and_the_scan_dated():
    async def story(lab):
        await lab.session.give(o.Ssh(server=1, write={"path": "/etc/motd", "content": "mine"}), ["pets"])
        await lab.session.give(o.Scan())

    lab = on_sim(setup(), story)
    assert "1 server drifted, 2 distinct states, last scanned at 00:" in lines_of(lab, "pets")[4]
    assert "0 servers drifted, 1 distinct state" in lines_of(lab, "cattle")[4]


def test_without_what_counts_on_by_itself_lines_differ_only_if_something_happened():
    seen = []

    async def story(lab):
        for _ in range(10):
            await lab.session.changed()
            seen.append((standing(lab.session.state), standing(lab.session.state, counting=False)))
        await lab.session.give(o.Scan())
        seen.append((standing(lab.session.state), standing(lab.session.state, counting=False)))

    on_sim(setup(), story)
    *quiet, scanned = seen
    assert quiet[0][0] != quiet[-1][0]
    assert quiet[0][1] == quiet[-1][1] != scanned[1]


def test_names_cannot_steer_a_terminal():
    state = on_sim(setup(), _nothing).session.state
    state = replace(state, session=replace(state.session, title="\x1b[2Jgone", why="\x1b]0;x\x07"))
    assert "\x1b" not in "".join(standing(state))
