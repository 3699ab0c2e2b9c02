"""Where each strategy leads: the same declared state, versions, drift and number of distinct states on every engine."""

import asyncio

import pytest

from lab.model import orders as o
from lab.model.events import OrderEnded, RoutingChanged, Scanned
from tests.support import setup, strategy

LIBFX = "/usr/lib/python3/dist-packages/libfx"


def ends(score):
    return (score.servers, score.declared_version, dict(score.versions), score.drifted_servers, score.distinct_states)


@pytest.fixture(scope="module")
def told(on_engine):
    """One story for both fleets: release, hand edit, roll-back; the scores after each."""
    scores = []

    async def story(lab):
        await lab.session.give(o.Release(version="1.1"))
        scores.append(lab.scores)
        edit = {"path": "/etc/storefront/app.toml", "set": {"timeout": 30}}
        await lab.session.give(o.Ssh(server=2, write=edit, who="on-call"))
        await lab.session.give(o.Scan())
        scores.append(lab.scores)
        await lab.session.give(o.Rollback())
        scores.append(lab.scores)

    lab = on_engine(setup(rate=40, servers=3, pets=strategy("in-place"), cattle=strategy("rolling")), story)
    return lab, scores


def test_a_release_that_went_well_leaves_one_state_and_no_drift_in_either_way(told):
    for fleet in ("pets", "cattle"):
        assert ends(told[1][0][fleet]) == (3, "1.1", {"1.1": 3}, 0, 1)


def test_a_hand_edit_sticks_to_the_patched_fleet_only(told):
    assert ends(told[1][1]["pets"]) == (3, "1.1", {"1.1": 3}, 1, 2)
    assert ends(told[1][1]["cattle"]) == (3, "1.1", {"1.1": 3}, 0, 1)
    assert (told[1][2]["pets"].manual_changes, told[1][2]["cattle"].manual_changes) == (1, 0)


def test_a_roll_back_in_place_leaves_the_dependency_behind_and_a_replacement_nothing(told):
    assert ends(told[1][2]["pets"]) == (3, "1.0", {"1.0": 3}, 3, 1)
    assert told[1][2]["pets"].residue_paths == (LIBFX, f"{LIBFX}/__init__.py")
    assert ends(told[1][2]["cattle"]) == (3, "1.0", {"1.0": 3}, 0, 1)
    assert told[1][2]["cattle"].residue_paths == ()


def test_no_request_is_lost_and_the_ledgers_balance(told):
    lab = told[0]
    for fleet in ("pets", "cattle"):
        requests = lab.scores[fleet].requests
        assert requests["sent"] == sum(requests[outcome] for outcome in ("served", "error", "refused", "dropped"))
        assert requests["sent"] > 100
    assert lab.lost("cattle") == []


def test_the_drift_of_a_server_names_file_package_and_key(told):
    scanned = next(e for e in told[0].of(Scanned) if e.after == "order" and e.fleet == "pets")
    drifted = next(server for server in scanned.servers if server.items)
    app = "/etc/storefront/app.toml"
    assert [(item.name, item.expected and item.expected.digest, item.actual and item.actual.digest)
            for item in drifted.items if not item.is_path] == [(f"config:{app}#timeout", "20", "30")]  # fmt: skip
    assert [item.name for item in drifted.items if item.is_path] == [app]


def test_each_fault_makes_its_step_fail_once_and_leaves_no_drift(on_engine):
    steps = ("fetch", "install", "restart", "verify")

    async def story(lab):
        for number, step in enumerate(steps, 1):
            await lab.session.give(o.Fault(step=step, server=number))
        await lab.session.give(o.Release(version="1.1"))
        failed = lab.of(OrderEnded)[-1].detail
        for number, step in enumerate(steps, 1):
            assert f"pets-{number}: {step} failed" in failed
        await lab.session.give(o.Release(version="1.0"))
        await lab.session.give(o.Release(version="1.1"))

    chosen = setup(rate=10, servers=4, pets=strategy("in-place", batch=4, on_failure="continue"))
    assert ends(on_engine(chosen, story).scores["pets"]) == (4, "1.1", {"1.1": 4}, 0, 1)


def test_without_the_package_repository_a_patch_fails_and_a_replacement_does_not(on_engine):
    async def story(lab):
        await lab.session.give(o.Fault(repository="down"))
        await lab.session.give(o.Release(version="1.1"))

    scores = on_engine(setup(rate=10, servers=2), story).scores
    assert ends(scores["pets"]) == (2, "1.1", {"1.0": 2}, 2, 1)
    assert ends(scores["cattle"]) == (2, "1.1", {"1.1": 2}, 0, 1)


def test_a_blue_green_switch_and_the_switch_back_lose_nothing_and_change_one_route(on_engine):
    def routes(lab):
        return [dict(event.shares) for event in lab.of(RoutingChanged)]

    async def story(lab):
        await lab.session.give(o.Release(version="1.1"))
        assert ends(lab.scores["cattle"])[1:] == ("1.1", {"1.1": 3}, 0, 1)
        assert lab.scores["cattle"].serving_digests == (lab.scores["cattle"].verified_digest,)
        await lab.session.give(o.Rollback())

    lab = on_engine(setup(rate=60, servers=3, cattle=strategy("blue-green")), story)
    assert routes(lab) == [{"blue": 1.0}, {"green": 1.0}, {"blue": 1.0}]
    score = lab.scores["cattle"]
    assert ends(score) == (6, "1.0", {"1.0": 3}, 0, 1)
    assert score.requests["dropped"] == score.requests["refused"] == 0
    assert score.verify_requests == 50


def test_a_version_that_fails_the_look_never_meets_a_user(on_engine):
    async def story(lab):
        assert not await lab.session.give(o.Release(version="1.2"))

    score = on_engine(setup(rate=40, servers=2, cattle=strategy("blue-green")), story).scores["cattle"]
    assert ends(score) == (2, "1.0", {"1.0": 2}, 0, 1)
    assert score.requests["error"] == 0


def test_a_lost_server_is_replaced_where_servers_are_replaceable_and_rebuilt_by_the_runbook_where_not(on_engine):
    async def story(lab):
        await lab.session.give(o.Release(version="1.1"))
        await lab.session.give(o.ZoneFailure(zone=1))
        await lab.session.give(o.WaitUntil(fleet="cattle", healthy=3, replaced_servers=1, within=60.0))
        assert (lab.scores["pets"].servers, lab.scores["pets"].replaced_servers) == (2, 0)
        await lab.session.give(o.Rebuild())

    scores = on_engine(setup(rate=20, servers=3), story).scores
    for fleet in ("pets", "cattle"):
        assert ends(scores[fleet]) == (3, "1.1", {"1.1": 3}, 0, 1)
        assert scores[fleet].replaced_servers == 1


def test_a_canary_that_fails_is_taken_back_and_one_that_does_well_is_promoted(on_engine):
    async def story(lab):
        assert not await lab.session.give(o.Release(version="1.2"))
        assert ends(lab.scores["cattle"]) == (2, "1.0", {"1.0": 2}, 0, 1)
        assert lab.scores["cattle"].verdict["result"] == "worse"
        assert await lab.session.give(o.Release(version="1.1"))

    steps = [{"weight": "30%", "for": "3s"}]
    chosen = setup(rate=100, servers=2, cattle=strategy("canary", steps=steps, margin="5%"))
    score = on_engine(chosen, story).scores["cattle"]
    assert ends(score)[1:] == ("1.1", {"1.1": 2}, 0, 1)
    assert score.verdict["result"] == "healthy"
    assert score.requests["dropped"] == score.requests["refused"] == 0


def test_a_weight_set_by_hand_holds_until_the_next_stage_and_loses_nothing(on_engine):
    async def story(lab):
        releasing = asyncio.ensure_future(lab.session.give(o.Release(version="1.1")))
        while "canary" not in lab.of(RoutingChanged)[-1].shares:
            await lab.session.changed()
        assert await lab.session.give(o.Weight(share=0.4))
        assert await releasing
        assert not await lab.session.give(o.Weight(share=0.4))

    steps = [{"weight": "10%", "for": "3s"}, {"weight": "30%", "for": "3s"}]
    chosen = setup(rate=100, servers=2, cattle=strategy("canary", steps=steps, margin="5%"))
    lab = on_engine(chosen, story)
    assert [event.shares.get("canary", 0) for event in lab.of(RoutingChanged)] == [0, 0.1, 0.4, 0.3, 0]
    score = lab.scores["cattle"]
    assert ends(score)[1:] == ("1.1", {"1.1": 2}, 0, 1)
    assert score.requests["dropped"] == score.requests["refused"] == 0
