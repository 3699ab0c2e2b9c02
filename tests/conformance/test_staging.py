"""Servers in staging: the same first bad version and the same differences on every engine, and no user near them."""

from dataclasses import replace

import pytest

from lab.model import orders as o
from lab.model.contents import contents
from lab.model.events import CopyCompared, OrderEnded, ServerAdmitted, ServerLaunched, TrafficCounted, VersionProbed
from lab.model.fleet import STAGING
from lab.model.package import service
from lab.model.recipe import RecipeChange, resolve
from lab.resources import storefront_program
from tests.support import catalogue, setup, strategy

APP = "/etc/storefront/app.toml"
BELOW_A_FILE = "/etc/debian_version/nonsense"
RELEASE = "/opt/storefront/release.json"
RECIPES = resolve(
    "storefront",
    {
        "1.0": RecipeChange(packages={"libpay": "1.0"}, config={"timeout": 10}),
        "1.1": RecipeChange("1.0"),
        "1.2": RecipeChange("1.1", files={BELOW_A_FILE: "there is no room for this\n"}),
        "1.3": RecipeChange("1.2", files={BELOW_A_FILE: None, RELEASE: "not what the service can read\n"}),
        "1.4": RecipeChange("1.3", files={RELEASE: None}),
        "1.5": RecipeChange("1.4", config={"timeout": 20}, errors=0.2),
        "1.6": RecipeChange("1.5"),
    },
)


def world():
    chosen = setup(rate=20, servers=2, interval=0.25, pets=strategy("in-place"), cattle=strategy("rolling"))
    packages = {**catalogue().packages}
    packages |= {(p.name, p.version): p for p in (service(r, storefront_program()) for r in RECIPES.values())}
    return replace(chosen, recipes=RECIPES, catalogue=replace(catalogue(), packages=packages))


@pytest.fixture(scope="module")
def told(on_engine):
    async def story(lab):
        give = lab.session.give
        await give(o.Bisect(good="1.0", bad="1.6", healthy_within=4.0), ["cattle"])
        await give(o.Ssh(server=2, write={"path": APP, "set": {"timeout": 30}}))
        await give(o.Copy(server=2))
        await give(o.Release(version="1.2"))

    return on_engine(world(), story)


def ended(lab, verb, fleet="cattle"):
    return next(event for event in lab.of(OrderEnded) if (event.verb, event.fleet) == (verb, fleet))


def test_the_first_bad_version_is_found_around_what_cannot_be_built_or_started(told):
    tries = {event.version: event.verdict for event in told.of(VersionProbed)}
    assert tries == {"1.1": "good", "1.2": "skipped", "1.3": "skipped", "1.4": "good", "1.5": "bad"}
    assert ended(told, "bisect").ok
    assert ended(told, "bisect").detail.startswith("1.5 is the first bad version")


def test_what_a_probe_sees_is_the_versions_behaviour(told):
    tries = {event.version: event for event in told.of(VersionProbed)}
    assert (tries["1.4"].requests, tries["1.4"].errors) == (200, 0)
    assert 15 <= tries["1.5"].errors <= 70  # of 200 at 20 %: five sigma to either side
    assert 0.012 < tries["1.4"].p95 < 0.15


def test_a_probed_server_is_launched_but_never_admitted_and_answers_no_user(told):
    staged = {event.server for event in told.of(ServerLaunched) if event.pool == STAGING}
    assert staged
    assert staged.isdisjoint(event.server for event in told.of(ServerAdmitted))
    assert staged.isdisjoint(row.server for event in told.of(TrafficCounted) for row in event.rows)
    assert all(score.servers == 2 for score in told.scores.values())


def test_a_copy_differs_from_an_edited_server_and_not_from_one_that_cannot_be_edited(told):
    compared = {event.fleet: [item.name for item in event.items] for event in told.of(CopyCompared)}
    assert compared == {"pets": [APP, f"config:{APP}#timeout"], "cattle": []}


def test_a_release_of_what_cannot_be_built_changes_nothing(told):
    for fleet in ("pets", "cattle"):
        assert not ended(told, "release", fleet).ok
        assert "storefront 1.2 cannot be built" in ended(told, "release", fleet).detail
        assert (told.scores[fleet].declared_version, told.scores[fleet].versions) == ("1.0", {"1.0": 2})


def test_an_image_has_in_it_what_its_recipe_says_to_the_byte(told):
    for version, image in told.session.images.items():
        assert image.manifest.items() >= contents(RECIPES[version], told.session.setup.catalogue).manifest.items()


def test_no_request_was_lost(told):
    for score in told.scores.values():
        assert (score.requests["refused"], score.requests["dropped"]) == (0, 0)
