import asyncio

from lab.model import orders as o
from lab.model.events import OperationDone, OrderEnded
from tests.support import on_sim, setup, strategy


def release(version="1.1", *before, after=(), rate=50, **options):
    async def story(lab):
        for order in before:
            await lab.session.give(order)
        await lab.session.give(o.Release(version=version))
        for order in after:
            await lab.session.give(order)

    return on_sim(setup(rate=rate, pets=strategy("in-place", **options)), story)


def test_every_server_goes_through_the_steps_in_their_order():
    lab = release()
    for number in range(1, 5):
        steps = [done.step for done in lab.of(OperationDone) if done.server == f"pets-{number}"]
        assert list(dict.fromkeys(steps)) == ["fetch", "install", "restart", "verify"]


def test_after_a_patch_that_went_well_all_servers_are_as_declared():
    score = release().scores["pets"]
    assert score.versions == {"1.1": 4}
    assert (score.drifted_servers, score.distinct_states) == (0, 1)


def test_a_batch_of_two_takes_half_the_time():
    one, two = (release(batch=n).scores["pets"].release_seconds for n in (1, 2))
    assert 0.4 < two / one < 0.65


def test_a_failing_step_stops_the_release_and_leaves_two_versions():
    lab = release("1.1", o.Fault(step="install", server=2))
    ended = lab.of(OrderEnded)[-1]
    assert not ended.ok
    assert "1 of 4 servers not patched: pets-2: install failed: Could not get lock" in ended.detail
    assert lab.scores["pets"].versions == {"1.0": 3, "1.1": 1}


def test_with_on_failure_continue_only_the_failing_server_stays_behind():
    lab = release("1.1", o.Fault(step="restart", server=2), on_failure="continue")
    assert lab.of(OrderEnded)[-1].ok
    assert lab.scores["pets"].versions == {"1.0": 1, "1.1": 3}
    assert lab.scores["pets"].drifted_servers == 0, "on disk it is patched: only the process is old"


def test_a_fault_bites_once():
    lab = release("1.1", o.Fault(step="fetch", count=1), after=[o.Release(version="1.1")], on_failure="continue")
    first, second = (event for event in lab.of(OrderEnded) if event.verb == "release")
    assert "1 of 4 servers not patched" in first.detail
    assert second.detail == ""


def test_without_the_repository_nothing_is_patched():
    lab = release("1.1", o.Fault(repository="down"), on_failure="continue")
    assert lab.scores["pets"].versions == {"1.0": 4}


def test_rolling_back_leaves_residue_and_what_people_did_by_hand():
    edit = o.Ssh(server=3, write={"path": "/etc/motd", "content": "remember the milk"})
    score = release("1.1", after=[edit, o.Rollback()]).scores["pets"]
    assert score.versions == {"1.0": 4}
    assert score.drifted_servers == 4
    assert score.distinct_states == 2
    assert "/etc/motd" in score.residue_paths
    assert any("libfx" in path for path in score.residue_paths)
    assert score.manual_changes == 1


def test_rolling_back_without_a_release_is_refused():
    async def story(lab):
        assert not await lab.session.give(o.Rollback())
        assert "release a version first" in lab.of(OrderEnded)[-1].detail

    on_sim(setup(pets=strategy("in-place")), story)


def test_draining_first_keeps_requests_from_meeting_a_restarting_service():
    def worst(lab):
        return lab.scores["pets"].requests

    assert worst(release(rate=300, drain=5.0))["dropped"] == 0


def test_patching_takes_time_in_which_two_versions_serve():
    score = release().scores["pets"]
    assert 0.5 < score.mixed_version_seconds / score.release_seconds < 1


def test_a_server_killed_during_its_patch_fails_only_itself():
    async def story(lab):
        releasing = asyncio.ensure_future(lab.session.give(o.Release(version="1.1")))
        await asyncio.sleep(0.5)
        await lab.session.give(o.Kill(server=1))
        await releasing

    lab = on_sim(setup(pets=strategy("in-place", on_failure="continue")), story)
    assert lab.scores["pets"].versions == {"1.1": 3}
