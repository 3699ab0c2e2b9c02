"""What is launched out of users' sight: candidates of a bisection, and copies of servers."""

import math
from dataclasses import replace

import pytest

from lab.model import orders as o
from lab.model.events import (
    CopyCompared,
    OrderEnded,
    RequestCount,
    ServerLaunched,
    ServerStopped,
    TrafficCounted,
    VersionProbed,
)
from lab.model.fleet import STAGING
from lab.model.package import service
from lab.model.recipe import RecipeChange, resolve
from lab.resources import storefront_program
from tests.support import catalogue, on_sim, setup, strategy

BROKEN = {"/opt/storefront/release.json": "not what the service can read\n"}
UNBUILDABLE = {"/etc/debian_version/nonsense": "below a file there is no room\n"}


def lineage(first_bad=5, last=7, broken=(), unbuildable=(), **more):
    """Versions 1.0 to 1.7 in a line, of which those from `first_bad` on fail one request in ten."""
    line = {"1.0": RecipeChange(packages={"libpay": "1.0"})}
    for number in range(1, last + 1):
        files = {path: None for kind in (BROKEN, UNBUILDABLE) for path in kind}
        files |= BROKEN if number in broken else UNBUILDABLE if number in unbuildable else {}
        errors = 0.1 if number == first_bad else None
        config = {"cache-seconds": 5} if number == first_bad else {}
        line[f"1.{number}"] = RecipeChange(f"1.{number - 1}", config=config, files=files, errors=errors)
    return resolve("storefront", {**line, **more})


def world(recipes, **fleets):
    chosen = setup(rate=20, servers=2, **(fleets or {"cattle": strategy("rolling")}))
    packages = {**catalogue().packages}
    packages |= {(p.name, p.version): p for p in (service(r, storefront_program()) for r in recipes.values())}
    return replace(chosen, recipes=recipes, catalogue=replace(catalogue(), packages=packages))


def bisected(recipes, good="1.0", bad="1.7", **probe):
    """A bisection on the simulator: the lab, and the event with which the order ended."""

    async def story(lab):
        await lab.session.give(o.Bisect(good=good, bad=bad, probe=probe))

    lab = on_sim(world(recipes), story)
    return lab, lab.of(OrderEnded)[-1]


def launches(lab):
    return [event.version for event in lab.of(ServerLaunched) if event.pool == STAGING]


@pytest.mark.parametrize("first_bad", range(1, 8))
def test_the_first_bad_version_is_named_and_nothing_is_left_of_the_search(first_bad):
    lab, ended = bisected(lineage(first_bad))
    assert ended.ok
    assert ended.detail.startswith(f"1.{first_bad} is the first bad version")
    assert "cache-seconds absent → 5" in ended.detail
    edge = first_bad in (1, 7)
    assert len(launches(lab)) <= math.ceil(math.log2(7)) + edge
    stopped = {event.server for event in lab.of(ServerStopped)}
    assert {event.server for event in lab.of(ServerLaunched) if event.pool == STAGING} == stopped
    assert lab.scores["cattle"].servers == 2


def test_every_try_is_told_with_its_verdict_and_what_was_seen():
    lab, _ = bisected(lineage(5))
    tries = {event.version: event for event in lab.of(VersionProbed)}
    assert {version: event.verdict for version, event in tries.items()} == {"1.3": "good", "1.5": "bad", "1.4": "good"}
    assert tries["1.5"].errors > 2 and tries["1.3"].errors == 0 and tries["1.3"].requests == 200
    assert "errors: expected < 0.01, got" in tries["1.5"].detail


def test_a_slow_version_is_bad_too():
    recipes = lineage(0, **{"1.8": RecipeChange("1.7", latency=0.4), "1.9": RecipeChange("1.8")})
    _, ended = bisected(recipes, bad="1.9")
    assert ended.detail.startswith("1.8 is the first bad version")
    assert "latency 10 → 400 ms" in ended.detail


def test_no_user_meets_a_server_that_is_only_looked_at():
    lab, _ = bisected(lineage(5))
    rows = [row for event in lab.of(TrafficCounted) for row in event.rows]
    answered = {row.server for row in rows if isinstance(row, RequestCount)} - {""}
    assert answered == {"cattle-1", "cattle-2"}
    assert lab.scores["cattle"].requests["error"] == 0


def test_a_good_version_that_fails_is_an_error_that_names_it_and_the_fleet_is_as_it_was():
    lab, ended = bisected(lineage(2), good="1.4")
    assert not ended.ok
    assert ended.detail.startswith("good: expected 1.4 to pass the probe, but it failed: errors: expected < 0.01")
    assert (lab.scores["cattle"].versions, lab.scores["cattle"].servers) == ({"1.0": 2}, 2)


def test_a_bad_version_that_passes_is_an_error_that_names_it():
    lab, ended = bisected(lineage(5), bad="1.3")
    assert not ended.ok
    assert ended.detail.startswith("bad: expected 1.3 to fail the probe, but it passed: ")
    assert lab.scores["cattle"].servers == 2


def test_versions_that_do_not_start_or_cannot_be_built_are_skipped():
    lab, ended = bisected(lineage(6, broken=[3], unbuildable=[4]))
    assert ended.ok and ended.detail.startswith("1.6 is the first bad version")
    skipped = {event.version: event.detail for event in lab.of(VersionProbed) if event.verdict == "skipped"}
    assert skipped and set(skipped) <= {"1.3", "1.4"}


def test_where_only_skipped_versions_are_left_they_are_named():
    _, ended = bisected(lineage(5, broken=[4], unbuildable=[3]))
    assert not ended.ok
    assert "one of 1.3, 1.4, 1.5: all but the last could not be probed" in ended.detail


@pytest.mark.parametrize(
    ("good", "bad", "told"), [("1.7", "1.0", "the wrong way round"), ("1.1", "1.1", "good and bad are both 1.1")]
)
def test_versions_with_nothing_between_them_are_refused_before_anything_is_launched(good, bad, told):
    lab, ended = bisected(lineage(5), good=good, bad=bad)
    assert not ended.ok and told in ended.detail
    assert launches(lab) == []


def test_where_good_is_on_another_branch_the_fork_has_to_be_good():
    branch = {"2.0": RecipeChange("1.1"), "2.1": RecipeChange("2.0", errors=0.5), "2.2": RecipeChange("2.1")}
    _, ended = bisected(lineage(0, **branch), good="1.4", bad="2.2")
    assert ended.detail.startswith("2.1 is the first bad version")
    _, ended = bisected(lineage(1, **branch), good="1.4", bad="2.2")
    assert ended.detail.startswith("good: expected 1.1 to pass the probe")


def test_a_copy_of_an_immutable_server_is_identical_and_gone_afterwards():
    async def story(lab):
        await lab.session.give(o.Copy(server=2))

    lab = on_sim(setup(rate=20, servers=2, cattle=strategy("rolling")), story)
    assert lab.of(OrderEnded)[-1].detail == "cattle-2 is identical to a copy of its image 1.0"
    (compared,) = lab.of(CopyCompared)
    launched = next(event for event in lab.of(ServerLaunched) if event.pool == STAGING)
    assert (compared.copy, compared.digest, compared.items) == (launched.server, launched.digest, ())
    assert compared.copy in {event.server for event in lab.of(ServerStopped)}


def test_a_copy_shows_what_a_patched_server_has_that_its_image_has_not():
    async def story(lab):
        await lab.session.give(o.Release(version="1.1"))
        await lab.session.give(o.Copy(server=1))
        await lab.session.give(o.Ssh(server=1, write={"path": "/etc/storefront/app.toml", "set": {"timeout": 30}}))
        await lab.session.give(o.Copy(server=1))

    lab = on_sim(setup(rate=20, servers=2, pets=strategy("in-place")), story)
    before, after = lab.of(CopyCompared)
    assert (before.version, before.items) == ("1.1", ())
    assert [item.name for item in after.items] == [
        "/etc/storefront/app.toml",
        "config:/etc/storefront/app.toml#timeout",
    ]
    assert "timeout: expected 20, got 30" in lab.of(OrderEnded)[-1].detail


def test_a_dead_server_cannot_be_compared():
    async def story(lab):
        await lab.session.give(o.Kill(server=2))
        await lab.session.give(o.Copy(server=2))

    lab = on_sim(setup(rate=20, servers=2, pets=strategy("in-place")), story)
    assert lab.of(OrderEnded)[-1].detail == "pets has no running server 2"
