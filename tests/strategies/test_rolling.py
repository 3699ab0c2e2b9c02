import asyncio

from lab.model import orders as o
from lab.model.events import OrderEnded, ServerAdmitted, ServerDraining, ServerLaunched, ServerStopped
from tests.support import on_sim, setup, strategy


def release(*, rate=100, before=(), after=(), **options):
    async def story(lab):
        for order in before:
            await lab.session.give(order)
        await lab.session.give(o.Release(version="1.1"))
        for order in after:
            await lab.session.give(order)

    return on_sim(setup(rate=rate, cattle=strategy("rolling", **options)), story)


def counts(lab):
    """How many servers ran and how many served, after each event since the fleet was up."""
    running, serving, seen = set(), set(), []
    for event in lab.events:
        match event:
            case ServerLaunched():
                running.add(event.server)
            case ServerAdmitted():
                serving.add(event.server)
            case ServerDraining():
                serving.discard(event.server)
            case ServerStopped():
                running.discard(event.server)
                serving.discard(event.server)
            case _:
                continue
        if event.at > 0:
            seen.append((len(running), len(serving)))
    return seen


def test_every_server_is_replaced_and_no_request_is_lost():
    score = release(rate=400).scores["cattle"]
    assert score.versions == {"1.1": 4}
    assert score.requests["dropped"] == score.requests["refused"] == 0
    assert (score.drifted_servers, score.distinct_states) == (0, 1)


def test_never_more_than_the_surge_and_never_fewer_serving_than_wanted():
    seen = counts(release(max_surge=2))
    assert max(running for running, _ in seen) == 6
    assert min(serving for _, serving in seen) == 4


def test_with_only_max_unavailable_the_fleet_never_grows():
    seen = counts(release(max_surge=0, max_unavailable=1))
    assert max(running for running, _ in seen) == 4
    assert min(serving for _, serving in seen) == 3


def test_a_new_server_serves_before_the_old_one_leaves():
    lab = release()
    admitted = next(e.at for e in lab.of(ServerAdmitted) if e.server == "cattle-1-2")
    draining = next(e.at for e in lab.of(ServerDraining) if e.server == "cattle-1")
    assert admitted <= draining


def test_rolling_back_leaves_nothing_behind():
    score = release(after=[o.Rollback()]).scores["cattle"]
    assert score.versions == {"1.0": 4}
    assert score.residue_paths == ()
    assert score.distinct_states == 1


def test_a_release_replaces_what_was_killed():
    score = release(before=[o.Kill(servers=[1, 2])]).scores["cattle"]
    assert score.versions == {"1.1": 4}


def test_hand_edits_are_refused_by_the_machine_and_fail_nothing():
    lab = release(after=[o.Ssh(server=1, write={"path": "/etc/motd", "content": "hi"})])
    ended = lab.of(OrderEnded)[-1]
    assert ended.ok
    assert "Read-only file system" in ended.detail
    assert lab.scores["cattle"].manual_changes == 0


def test_a_server_that_never_becomes_healthy_ends_the_release_and_is_removed():
    lab = release(healthy_within=0.05)
    ended = lab.of(OrderEnded)[-1]
    assert not ended.ok
    assert "0 of 4 servers replaced, then it stopped: cattle-1-2 did not become healthy" in ended.detail
    assert lab.scores["cattle"].versions == {"1.0": 4}


def test_a_server_killed_during_the_release_is_only_removed():
    async def story(lab):
        releasing = asyncio.ensure_future(lab.session.give(o.Release(version="1.1")))
        await asyncio.sleep(0.2)
        await lab.session.give(o.Kill(server=4))
        await releasing

    assert on_sim(setup(cattle=strategy("rolling")), story).scores["cattle"].versions == {"1.1": 4}


def lost(lab):
    requests = lab.scores["cattle"].requests
    return requests["dropped"] + requests["refused"]


def test_stopping_first_all_at_once_refuses_users():
    assert lost(release(max_surge=4)) == 0
    assert lost(release(max_surge=4, stop_first=True)) > 20


def test_stopping_without_draining_drops_what_is_under_way():
    async def story(lab):
        await lab.session.give(o.Release(version="1.0"))

    def slow(**options):
        return on_sim(setup(rate=300, start="1.4", cattle=strategy("rolling", **options)), story)

    assert lost(slow()) == 0
    assert lost(slow(drain=0.0)) > 20


def test_without_health_checks_users_meet_servers_that_are_not_ready():
    async def story(lab):
        await lab.session.give(o.Release(version="1.5"))
        await asyncio.sleep(5)

    fine, blind = (
        on_sim(setup(rate=100, cattle=strategy("rolling", health_check=check)), story) for check in ("on", "off")
    )
    assert lost(fine) == 0
    assert lost(blind) > 20
