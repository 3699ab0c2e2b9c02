from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.engines.sim.flow import Flow, Kind
from lab.model.histogram import quantile
from lab.model.recipe import Behaviour

WELL = Kind("main", "1.0", Behaviour(0.010, 0.0), "answering")
SLOW = Kind("main", "1.1", Behaviour(0.100, 0.2), "answering")
REFUSING = Kind("main", "", Behaviour(), "refusing")
GONE = Kind("main", "", Behaviour(), "gone")


def flow(rate=100.0, **kinds):
    made = Flow(np.random.default_rng(1))
    made.set_shares(0.0, {"main": 1.0})
    made.set_rate(0.0, rate)
    for server, kind in kinds.items():
        made.join(0.0, server, kind)
    return made


def outcomes(rows):
    counts = Counter()
    for row in rows:
        counts[row.outcome] += row.count
    return dict(counts)


moves = st.lists(
    st.tuples(
        st.floats(0.0, 3.0),
        st.sampled_from(["a", "b", "c"]),
        st.sampled_from([WELL, SLOW, REFUSING, GONE, None, "lose", "count"]),
    ),
    max_size=40,
)


@given(moves, st.floats(0, 500))
def test_every_request_that_was_due_ends_in_exactly_one_row(moves, rate):
    made, now, rows = flow(rate), 0.0, []
    for passed, server, move in moves:
        now += passed
        if move == "count":
            rows += made.count(now)
        elif move == "lose":
            made.lose(server, "1.0", 3)
        elif move is None:
            made.leave(now, server)
        else:
            made.join(now, server, move)
    made.set_rate(now, 0)
    rows += made.count(now)
    assert sum(row.count for row in rows) == int(now * rate + 1e-6)
    assert all(sum(row.latency.values()) == row.count for row in rows if row.outcome in ("served", "error"))


def test_backends_in_rotation_get_the_same_number_of_requests():
    rows = flow(a=WELL, b=WELL, c=SLOW).count(30.0)
    by_server = Counter()
    for row in rows:
        by_server[row.server] += row.count
    assert by_server == {"a": 1000, "b": 1000, "c": 1000}


def test_a_version_s_error_share_and_latency_are_those_of_its_behaviour():
    rows = flow(a=SLOW).count(200.0)
    counts = outcomes(rows)
    assert counts["error"] / 20_000 == pytest.approx(0.2, abs=0.01)
    served = next(row for row in rows if row.outcome == "served")
    assert quantile(served.latency, 0.5) == pytest.approx(0.102, rel=0.05)


def test_without_a_backend_every_request_is_refused():
    assert outcomes(flow().count(2.0)) == {"refused": 200}


def test_a_refusing_backend_costs_no_request_while_another_answers():
    made = flow(a=WELL, b=REFUSING)
    rows = made.count(10.0)
    assert outcomes(rows) == {"served": 1000}
    assert {row.server for row in rows} == {"a"}


def test_requests_that_only_meet_refusals_are_tried_again_and_served_late():
    made = flow(a=REFUSING)
    assert made.count(0.2) == ()
    made.join(0.2, "a", WELL)
    late, usual = sorted(made.count(1.0), key=lambda row: row.count)
    assert [(row.outcome, row.count) for row in (late, usual)] == [("served", 20), ("served", 80)]
    assert quantile(late.latency, 0.5) == pytest.approx(0.51, abs=0.02)


def test_requests_that_meet_refusals_for_too_long_are_refused():
    assert outcomes(flow(a=REFUSING).count(3.0)) == {"refused": 200}


def test_requests_that_meet_a_vanished_machine_are_late_by_the_connect_timeout():
    made = flow(a=WELL, b=GONE)
    latency = {}
    for row in made.count(10.0):
        for number, count in row.latency.items():
            latency[number] = latency.get(number, 0) + count
    assert quantile(latency, 0.4) < 0.05
    assert 0.48 < quantile(latency, 0.6) < 0.6


def test_pools_get_their_shares_and_share_out_their_own():
    made = flow(a=WELL, b=WELL, c=replace(SLOW, pool="canary"))
    made.set_shares(0.0, {"main": 0.9, "canary": 0.1})
    by_server = Counter()
    for row in made.count(100.0):
        by_server[row.server] += row.count
    assert by_server["a"] == pytest.approx(4500, rel=0.05)
    assert by_server["c"] == pytest.approx(1000, rel=0.1)
    assert sum(by_server.values()) == 10_000


def test_a_pool_without_a_share_gets_nothing():
    made = flow(a=WELL, b=replace(WELL, pool="green"))
    assert {row.server for row in made.count(10.0)} == {"a"}
    made.set_shares(10.0, {"green": 1.0})
    assert {row.server for row in made.count(20.0)} == {"b"}


def test_requests_lost_with_a_machine_are_dropped_and_still_counted_once():
    made = flow(a=WELL)
    made.lose("b", "1.0", 4)
    assert outcomes(made.count(1.0)) == {"served": 96, "dropped": 4}


def test_what_is_under_way_on_a_server_grows_with_rate_and_latency():
    busy, idle = flow(10_000, a=SLOW), flow(1, a=WELL)
    assert sum(len(busy.under_way("a")) for _ in range(20)) / 20 == pytest.approx(1063, rel=0.1)
    assert sum(len(idle.under_way("a")) for _ in range(20)) <= 3
    assert idle.under_way("unknown") == []


def test_the_same_seed_draws_the_same_rows():
    def rows():
        made = flow(a=WELL, b=SLOW, c=GONE)
        return [made.count(1.0), made.count(2.5)]

    assert rows() == rows()
