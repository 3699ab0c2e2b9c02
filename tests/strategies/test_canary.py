import asyncio

import pytest
from pydantic import ValidationError

from lab.engines.sim.engine import SimEngine
from lab.model import orders as o
from lab.model.events import OrderEnded, RoutingChanged, ServerLaunched, TrafficCounted, VerdictGiven
from tests.support import on_sim, setup, strategy

STEPS = [{"weight": "5%", "for": "20s"}, {"weight": "20%", "for": "20s"}]


def release(*, rate=200, version="1.1", during=None, seed=7, **options):
    async def story(lab):
        releasing = asyncio.ensure_future(lab.session.give(o.Release(version=version)))
        if during:
            await during(lab)
        await releasing

    return on_sim(setup(rate=rate, seed=seed, cattle=strategy("canary", **{"steps": STEPS, **options})), story)


def shares(lab):
    return [dict(event.shares) for event in lab.of(RoutingChanged)]


def until(lab, weight):
    async def wait():
        while shares(lab)[-1].get("canary") != weight:
            await lab.session.changed()

    return asyncio.wait_for(wait(), 600)


def is_as_before(lab, *, lost=False):
    score = lab.scores["cattle"]
    assert shares(lab)[-1] == {"blue": 1.0}
    assert (score.servers, score.declared_version, dict(score.versions)) == (4, "1.0", {"1.0": 4})
    assert lost == bool(score.requests["dropped"] + score.requests["refused"])


def test_a_good_version_goes_through_the_stages_and_is_promoted():
    lab = release()
    score = lab.scores["cattle"]
    assert [round(share.get("canary", 0), 2) for share in shares(lab)] == [0, 0.05, 0.2, 0]
    assert shares(lab)[-1] == {"green": 1.0}
    assert score.versions == {"1.1": 4}
    assert score.verdict["result"] == "healthy"
    assert score.verdict["requests_used"] > 100
    assert score.requests["dropped"] == score.requests["refused"] == 0


def test_the_baseline_is_as_large_as_the_canary_gets_as_much_and_runs_the_old_image():
    lab = release(servers=2)
    launched = [(event.pool, event.version) for event in lab.of(ServerLaunched) if event.at > 0]
    assert launched.count(("canary", "1.1")) == launched.count(("baseline", "1.0")) == 2
    assert shares(lab)[1] == {"blue": 0.9, "canary": 0.05, "baseline": 0.05}


@pytest.mark.parametrize(("version", "harm"), [("1.2", "errors"), ("1.3", "lost orders"), ("1.4", "slow answers")])
def test_a_version_that_harms_is_taken_back_whichever_way_it_harms(version, harm):
    lab = release(version=version)
    is_as_before(lab)
    assert lab.of(VerdictGiven)[-1].result == "worse", harm
    ended = lab.of(OrderEnded)[-1]
    assert not ended.ok and "the canary is worse" in ended.detail
    assert ended.at < 20, "well before the first stage is over"


def test_few_users_meet_a_bad_version():
    lab = release(version="1.2")
    met = sum(row.count for event in lab.of(TrafficCounted) for row in event.rows if row.version == "1.2")
    assert 0 < met < 0.1 * lab.scores["cattle"].requests["sent"]


def test_without_traffic_nothing_is_promoted():
    lab = release(rate=0.001, patience=30.0)
    is_as_before(lab)
    assert "still undecided" in lab.of(OrderEnded)[-1].detail


@pytest.mark.parametrize("weight", [0.05, 0.2])
def test_aborted_at_any_stage_no_canary_and_no_baseline_is_left(weight):
    async def abort(lab):
        await until(lab, weight)
        assert await lab.session.give(o.Abort())

    lab = release(during=abort)
    is_as_before(lab)
    assert "aborted by hand" in lab.of(OrderEnded)[-1].detail


def test_promoted_by_hand_it_goes_on_at_once():
    async def promote(lab):
        await until(lab, 0.05)
        assert await lab.session.give(o.Promote())

    lab = release(during=promote)
    assert lab.scores["cattle"].versions == {"1.1": 4}
    assert lab.of(OrderEnded)[-1].at < 15


def test_by_hand_only_it_waits_for_promote_though_it_is_healthy():
    async def promote(lab):
        await until(lab, 0.2)
        await asyncio.sleep(100)
        assert lab.of(VerdictGiven)[-1].result == "healthy"
        assert lab.scores["cattle"].versions != {"1.1": 4}
        assert await lab.session.give(o.Promote())

    assert release(during=promote, promote="manual").scores["cattle"].versions == {"1.1": 4}


def test_rolling_back_while_the_old_pool_is_kept_is_the_switch_back():
    async def story(lab):
        await lab.session.give(o.Release(version="1.1"))
        await lab.session.give(o.Rollback())

    lab = on_sim(setup(rate=200, cattle=strategy("canary", steps=STEPS)), story)
    assert lab.scores["cattle"].versions == {"1.0": 4}
    assert lab.of(OrderEnded)[-1].detail == "switched back to the pool that was kept"


def test_the_threshold_rule_judges_by_its_own_checks():
    lab = release(rule="threshold", interval=10.0)
    assert lab.scores["cattle"].verdict["rule"] == "threshold"
    assert lab.scores["cattle"].versions == {"1.1": 4}


@pytest.mark.parametrize(
    "weights",
    [["20%", "5%"], ["5%", "5%"], ["30%", "60%"], ["0%", "5%"]],
    ids=["falling", "standing", "beyond half", "nothing"],
)
def test_weights_that_do_not_rise_or_go_too_far_are_refused(weights):
    with pytest.raises(ValidationError):
        strategy("canary", steps=[{"weight": weight, "for": "10s"} for weight in weights])


def test_requests_that_the_canary_loses_altogether_count_against_it():
    async def kill(lab):
        await until(lab, 0.05)
        canary = next(server for server in lab.session.fleets["cattle"].servers.values() if server.pool == "canary")
        await lab.session.fleets["cattle"].kill(canary)

    lab = release(during=kill, version="1.1")
    is_as_before(lab, lost=True)
    assert "the canary is worse" in lab.of(OrderEnded)[-1].detail


def test_its_weight_can_be_set_by_hand_until_the_next_stage():
    async def weigh(lab):
        await until(lab, 0.05)
        assert await lab.session.give(o.Weight(share=0.4))
        assert shares(lab)[-1] == pytest.approx({"blue": 0.2, "canary": 0.4, "baseline": 0.4})

    lab = release(during=weigh)
    assert [round(share.get("canary", 0), 2) for share in shares(lab)] == [0, 0.05, 0.4, 0.2, 0]
    assert lab.scores["cattle"].versions == {"1.1": 4}


class SlowProxy(SimEngine):
    """One that takes a moment to change its routing, as real ones do."""

    async def route(self, fleet, routing):
        await asyncio.sleep(0.02)
        await super().route(fleet, routing)


def test_a_weight_that_comes_while_the_traffic_goes_back_does_not_bring_the_canary_back():
    async def story(lab):
        releasing = asyncio.ensure_future(lab.session.give(o.Release(version="1.1")))
        await until(lab, 0.05)
        assert await lab.session.give(o.Abort())
        await asyncio.sleep(0.01)
        assert not await lab.session.give(o.Weight(share=0.4))
        await releasing

    lab = on_sim(setup(rate=200, cattle=strategy("canary", steps=STEPS)), story, SlowProxy)
    is_as_before(lab)


def test_weights_on_both_sides_of_an_abort_do_not_bring_the_canary_back_either():
    async def story(lab):
        releasing = asyncio.ensure_future(lab.session.give(o.Release(version="1.1")))
        await until(lab, 0.05)
        first = asyncio.ensure_future(lab.session.give(o.Weight(share=0.3)))
        await asyncio.sleep(0.01)
        assert await lab.session.give(o.Abort())
        assert await first
        assert not await lab.session.give(o.Weight(share=0.4))
        await releasing

    lab = on_sim(setup(rate=200, cattle=strategy("canary", steps=STEPS)), story, SlowProxy)
    is_as_before(lab)
    assert [round(share.get("canary", 0), 2) for share in shares(lab)] == [0, 0.05, 0.3, 0]


def test_there_is_no_weight_to_set_where_no_canary_is_judged():
    async def story(lab):
        assert not await lab.session.give(o.Weight(share=0.4))

    lab = on_sim(setup(cattle=strategy("canary"), pets=strategy("in-place")), story)
    assert all("no canary" in event.detail for event in lab.of(OrderEnded))
    assert shares(lab) == [{"blue": 1.0}, {"main": 1.0}] or shares(lab) == [{"main": 1.0}, {"blue": 1.0}]
