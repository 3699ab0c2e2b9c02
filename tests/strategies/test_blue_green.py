import asyncio
from dataclasses import replace

import pytest

from lab.engines.sim.engine import SimEngine
from lab.model import orders as o
from lab.model.events import OrderEnded, RoutingChanged, ServerLaunched, ServerStopped, Verified
from tests.support import on_sim, setup, strategy


def release(*, rate=200, after=None, version="1.1", **options):
    async def story(lab):
        lab.releasing = asyncio.ensure_future(lab.session.give(o.Release(version=version)))
        if after:
            await after(lab)
        await lab.releasing

    return on_sim(setup(rate=rate, cattle=strategy("blue-green", **options)), story)


async def settle(lab, seconds):
    await lab.releasing
    await asyncio.sleep(seconds)


def shares(lab):
    return [dict(event.shares) for event in lab.of(RoutingChanged)]


def test_all_traffic_changes_pools_at_once_and_no_request_is_lost():
    lab = release()
    score = lab.scores["cattle"]
    assert shares(lab) == [{"blue": 1.0}, {"green": 1.0}]
    assert score.versions == {"1.1": 4}
    assert score.requests["dropped"] == score.requests["refused"] == 0
    assert score.mixed_version_seconds == 0
    assert (score.drifted_servers, score.distinct_states) == (0, 1)


def test_the_new_pool_is_looked_at_before_any_user_sees_it():
    lab = release()
    (verified,) = lab.of(Verified)
    switched = lab.of(RoutingChanged)[-1]
    assert verified.ok and verified.requests == 50
    assert verified.at <= switched.at
    score = lab.scores["cattle"]
    assert score.verify_requests == 50
    assert score.serving_digests == (score.verified_digest,)


def test_a_pool_that_fails_the_look_is_removed_and_nothing_has_changed():
    lab = release(version="1.2")
    score = lab.scores["cattle"]
    assert not lab.of(OrderEnded)[-1].ok
    assert "requests failed, at most 2.0% may" in lab.of(OrderEnded)[-1].detail
    assert shares(lab) == [{"blue": 1.0}]
    assert (score.servers, score.declared_version, dict(score.versions)) == (4, "1.0", {"1.0": 4})
    assert score.requests["error"] == 0
    assert score.drifted_servers == 0


def test_rolling_back_while_the_old_pool_is_kept_is_one_change_of_the_routing():
    async def back(lab):
        await settle(lab, 10)
        await lab.session.give(o.Rollback())

    lab = release(after=back)
    score = lab.scores["cattle"]
    assert shares(lab) == [{"blue": 1.0}, {"green": 1.0}, {"blue": 1.0}]
    assert score.rollback_seconds < 1.5, "the switch, and the scan after it"
    assert len(lab.of(ServerLaunched)) == 8
    assert score.versions == {"1.0": 4}
    assert score.residue_paths == ()


def test_the_old_pool_goes_when_its_time_is_over_and_rolling_back_launches_it_anew():
    async def late(lab):
        await settle(lab, 70)
        assert lab.scores["cattle"].servers == 4
        await lab.session.give(o.Rollback())

    lab = release(after=late)
    assert len(lab.of(ServerStopped)) == 4
    assert len(lab.of(ServerLaunched)) == 12
    assert lab.scores["cattle"].versions == {"1.0": 4}
    assert lab.scores["cattle"].requests["dropped"] == 0


def test_a_further_release_takes_the_place_of_the_kept_pool():
    async def again(lab):
        await settle(lab, 5)
        await lab.session.give(o.Release(version="1.0"))

    lab = release(after=again)
    assert shares(lab) == [{"blue": 1.0}, {"green": 1.0}, {"blue": 1.0}]
    assert lab.scores["cattle"].servers == 8
    assert lab.scores["cattle"].requests["dropped"] == 0


def test_by_hand_it_waits_for_promote():
    async def promote(lab):
        await asyncio.sleep(30)
        assert shares(lab) == [{"blue": 1.0}]
        assert await lab.session.give(o.Promote())

    assert shares(release(after=promote, promote="manual"))[-1] == {"green": 1.0}


def test_aborted_by_hand_everything_is_as_before():
    async def abort(lab):
        await asyncio.sleep(30)
        assert await lab.session.give(o.Abort())

    lab = release(after=abort, promote="manual")
    assert shares(lab) == [{"blue": 1.0}]
    assert lab.scores["cattle"].servers == 4
    assert lab.scores["cattle"].declared_version == "1.0"
    assert "aborted by hand" in lab.of(OrderEnded)[-1].detail


@pytest.mark.parametrize("order", [o.Promote(), o.Abort()])
def test_promoting_or_aborting_nothing_is_refused(order):
    async def story(lab):
        assert not await lab.session.give(order)
        assert f"nothing to {order.verb}" in lab.session.state.failures[-1].detail

    on_sim(setup(), story)


def test_the_second_pool_costs_server_seconds_while_it_is_kept():
    async def wait(lab):
        await settle(lab, 20)

    assert release(after=wait).scores["cattle"].extra_server_seconds == pytest.approx(4 * 20, rel=0.2)


class Swapping(SimEngine):
    """A simulator in which someone has put another image under the new one's name."""

    async def launch(self, server, image):
        if image.version == "1.1":
            image = replace(image, digest=f"sha256:{'0' * 64}")
            self._images[image.digest] = next(iter(self._images.values()))
        await super().launch(server, image)


@pytest.mark.parametrize("way", ["blue-green", "canary"])
def test_another_image_than_the_one_to_promote_never_serves(way):
    async def story(lab):
        assert not await lab.session.give(o.Release(version="1.1"))

    lab = on_sim(setup(rate=100, cattle=strategy(way)), story, Swapping)
    assert "runs another image than the one to promote" in lab.of(OrderEnded)[-1].detail
    assert shares(lab)[-1] == {"blue": 1.0}
    assert lab.scores["cattle"].versions == {"1.0": 4}
