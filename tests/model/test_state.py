"""The fold: what it counts on the way must be what one would count afterwards."""

from collections import Counter
from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from lab.model import events as e
from lab.model.drift import DriftItem, ServerDrift
from lab.model.fleet import FleetSpec
from lab.model.ledger import OUTCOMES
from lab.model.manifest import Entry
from lab.model.scorecard import score, scorecard
from lab.model.state import LabState, fold, fold_all

SPEC = FleetSpec("pets", 3, "1.0", "in-place", True)
OPENED = e.SessionOpened(lab="0", engine="sim", why="", title="t", seed=1, slo=0.25, rate=5, fleets=(SPEC,))
NAMES = st.sampled_from(["pets-1", "pets-2", "pets-3"])
VERSIONS = st.sampled_from(["1.0", "1.1"])
ON = {"at": st.just(0.0), "fleet": st.just("pets"), "server": NAMES}
HAPPENINGS = st.one_of(
    st.builds(
        e.ServerLaunched,
        **ON,
        number=st.just(1),
        pool=st.sampled_from(["main", "canary", "green"]),
        version=VERSIONS,
        digest=st.just("sha256:1"),
    ),
    st.builds(e.ServerAdmitted, **ON, version=VERSIONS),
    st.builds(e.ServerDraining, **ON),
    st.builds(e.ServerStopped, **ON),
    st.builds(e.ServerKilled, **ON),
    st.builds(e.ServerRebooted, **ON, version=VERSIONS),
    st.builds(e.VersionRunning, **ON, version=VERSIONS),
    st.builds(e.HealthChanged, **ON, healthy=st.booleans()),
)
STREAMS = st.lists(st.tuples(st.integers(0, 3), HAPPENINGS), max_size=40)


ROUTED = e.RoutingChanged(at=0.0, fleet="pets", shares={"main": 0.7, "canary": 0.3})


def test_the_live_pool_is_the_one_that_lasts_however_small_its_share_is():
    def live(**shares):
        routed = e.RoutingChanged(at=0.0, fleet="pets", shares=shares)
        return fold_all([OPENED, routed]).fleets["pets"].live

    assert live(blue=1.0) == "blue"
    assert live(green=0.1, canary=0.45, baseline=0.45) == "green"
    assert fold_all([OPENED]).fleets["pets"].live == ""


def serves(server):
    return server.status == "healthy" and server.pool != "green"


def timed(stream):
    """The events, each some seconds after the one before."""
    from dataclasses import replace

    at = 0.0
    for passed, event in stream:
        at += passed
        yield replace(event, at=at)


def launched(name, version="1.0", at=0.0):
    return e.ServerLaunched(
        at=at, fleet="pets", server=name, number=int(name[5:]), pool="main", version=version, digest="sha256:1"
    )


def admitted(name, version="1.0", at=0.0):
    return e.ServerAdmitted(at=at, fleet="pets", server=name, version=version)


def scanned(at, after, **drift):
    servers = tuple(
        ServerDrift(
            name.replace("_", "-"), f"{len(items)}", tuple(DriftItem(item, None, Entry("file")) for item in items)
        )
        for name, items in drift.items()
    )
    return e.Scanned(at=at, fleet="pets", declared="1.0", after=after, servers=servers)


@given(STREAMS)
def test_the_running_counts_are_what_one_counts_afresh(stream):
    state = fold_all([OPENED, ROUTED])
    for event in timed(stream):
        state = fold(state, event)
        fleet = state.fleets["pets"]
        servers = fleet.servers.values()
        assert dict(fleet.serving) == Counter(server.version for server in servers if serves(server))
        assert fleet.running == sum(server.status != "dead" for server in servers)


@given(STREAMS, st.integers(0, 5))
def test_server_seconds_and_mixed_seconds_are_the_integrals_over_time(stream, rest):
    state, last, server_seconds, mixed = fold_all([OPENED, ROUTED]), 0.0, 0.0, 0.0
    for event in [*timed(stream), e.Said(at=0.0, text="nothing")]:
        servers = state.fleets["pets"].servers.values()
        passed = max(event.at - last, 0.0)
        server_seconds += passed * sum(server.status != "dead" for server in servers)
        mixed += passed * (len({server.version for server in servers if serves(server)}) > 1)
        state, last = fold(state, event), max(last, event.at)
    servers = state.fleets["pets"].servers.values()
    now = score(state.fleets["pets"], last + rest)
    assert now.server_seconds == server_seconds + rest * sum(server.status != "dead" for server in servers)
    assert now.mixed_version_seconds == mixed + rest * (len({s.version for s in servers if serves(s)}) > 1)


ROWS = st.builds(
    e.RequestCount,
    server=NAMES,
    version=VERSIONS,
    outcome=st.sampled_from(OUTCOMES),
    count=st.integers(1, 9),
    latency=st.just({100: 1}),
)


@given(st.lists(st.lists(ROWS, max_size=4), max_size=6))
def test_the_ledger_holds_every_request_that_was_counted(intervals):
    events = [
        e.TrafficCounted(at=float(end), start=end - 1.0, fleet="pets", rows=tuple(rows))
        for end, rows in enumerate(intervals, 1)
    ]
    requests = scorecard(fold_all([OPENED, *events]))["pets"].requests
    expected = Counter()
    for rows in intervals:
        for row in rows:
            expected[row.outcome] += row.count
    assert requests == {"sent": expected.total(), **{name: expected[name] for name in OUTCOMES}}


def test_a_state_that_was_kept_does_not_change():
    before = fold_all([OPENED, launched("pets-1")])
    fold(before, admitted("pets-1"))
    assert before.fleets["pets"].servers["pets-1"].status == "starting"


@given(STREAMS)
def test_folding_again_gives_the_same_state(stream):
    events = [OPENED, *timed(stream)]
    assert fold_all(events) == reduce(fold, events, LabState())


def test_the_proxy_s_opinion_of_a_draining_or_dead_server_changes_nothing():
    for fate in (e.ServerDraining, e.ServerKilled):
        state = fold_all([OPENED, launched("pets-1"), admitted("pets-1"), fate(at=1.0, fleet="pets", server="pets-1")])
        later = fold(state, e.HealthChanged(at=2.0, fleet="pets", server="pets-1", healthy=True))
        assert later.fleets == state.fleets


def test_residue_is_what_the_scan_after_the_last_roll_back_found_of_paths():
    state = fold_all(
        [
            OPENED,
            launched("pets-1"),
            scanned(1.0, "release", pets_1=["/early"]),
            scanned(2.0, "rollback", pets_1=["/b", "package:libfx"], pets_2=["/a", "/b"]),
            scanned(3.0, "end", pets_1=["/late"]),
        ]
    )
    assert scorecard(state)["pets"].residue_paths == ("/a", "/b")


def test_drift_and_distinct_states_are_those_of_the_last_scan():
    servers = [launched(f"pets-{n}") for n in (1, 2, 3)]
    scans = [
        scanned(1.0, "order", pets_1=["/a"], pets_2=["/a"], pets_3=[]),
        scanned(2.0, "end", pets_1=["/a"], pets_2=[], pets_3=[]),
    ]
    now = scorecard(fold_all([OPENED, ROUTED, *servers, *scans]))["pets"]
    assert (now.drifted_servers, now.distinct_states) == (1, 2)


def test_a_dead_server_is_not_counted_among_those_that_run():
    dead = e.ServerKilled(at=4.0, fleet="pets", server="pets-2")
    both = [launched("pets-1"), launched("pets-2"), admitted("pets-1"), admitted("pets-2", "1.1")]
    now = score(fold_all([OPENED, ROUTED, *both, dead]).fleets["pets"], 10.0)
    assert (now.servers, now.healthy, now.versions, now.one_version) == (1, 1, {"1.0": 1}, "1.0")
    assert (now.server_seconds, now.mixed_version_seconds) == (14.0, 4.0)


def test_only_what_people_did_and_what_took_effect_is_a_manual_change():
    def done(by, ok):
        return e.OperationDone(
            at=1.0, fleet="pets", server="pets-1", by=by, who="w", step="s", command="c", ok=ok, seconds=0.1
        )

    events = [OPENED, done("hand", True), done("hand", False), done("patch", True)]
    assert scorecard(fold_all(events))["pets"].manual_changes == 1


def test_the_scorecard_has_the_last_release_s_and_roll_back_s_time():
    def ended(verb, seconds, ok=True):
        return e.OrderEnded(at=9.0, order=1, fleet="pets", verb=verb, ok=ok, seconds=seconds)

    state = fold_all([OPENED, ended("release", 4.0), ended("release", 5.0), ended("rollback", 2.0), ended("scan", 1.0)])
    assert (scorecard(state)["pets"].release_seconds, scorecard(state)["pets"].rollback_seconds) == (5.0, 2.0)
    assert state.failures == ()
    assert len(fold(state, ended("kill", 1.0, ok=False)).failures) == 1


def test_latency_is_of_requests_that_a_server_answered():
    rows = (
        e.RequestCount("pets-1", "1.0", "served", 1, {50: 1}),
        e.RequestCount("", "", "refused", 99, {300: 99}),
    )
    now = scorecard(fold_all([OPENED, e.TrafficCounted(at=1.0, start=0.0, fleet="pets", rows=rows)]))["pets"]
    assert now.latency_ms["p99"] == now.latency_ms["p50"] < 2


def test_a_score_is_plain_data():
    now = scorecard(fold_all([OPENED, launched("pets-1"), scanned(1.0, "rollback", pets_1=["/a"])]))["pets"].as_dict()
    assert now["residue_paths"] == ["/a"]
    assert {"servers", "declared_version", "versions", "requests", "latency_ms", "server_seconds"} <= now.keys()
