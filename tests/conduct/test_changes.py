"""Releases of any version, old or new, and of one that cannot be built."""

import pytest

from lab.engines.base import BuildError
from lab.model import orders as o
from lab.model.events import DeclaredChanged, OrderEnded
from lab.model.recipe import RecipeChange, resolve
from tests.conduct.test_staging import UNBUILDABLE, lineage, world
from tests.support import on_sim, strategy


def test_every_image_stays_there_to_be_released_old_or_new():
    async def story(lab):
        for version in ("1.3", "1.1", "1.7", "1.0"):
            assert await lab.session.give(o.Release(version=version))
            assert lab.scores["cattle"].versions == {version: 2}

    recipes = lineage(first_bad=8)
    lab = on_sim(world(recipes), story)
    assert set(lab.session.state.images) == set(recipes)
    assert len({image.digest for image in lab.session.images.values()}) == len(recipes)


def test_a_version_that_cannot_be_built_is_refused_before_anything_changes():
    async def story(lab):
        assert not await lab.session.give(o.Release(version="1.4"))

    fleets = {"pets": strategy("in-place"), "cattle": strategy("rolling"), "pools": strategy("blue-green")}
    lab = on_sim(world(lineage(unbuildable=[4]), **fleets), story)
    assert {event.version for event in lab.of(DeclaredChanged)} == {"1.0"}
    for ended in lab.of(OrderEnded):
        assert ended.detail == ("storefront 1.4 cannot be built: /etc/debian_version would be a file and a directory")
    assert all(score.versions == {"1.0": 2} for score in lab.scores.values())


def test_a_fleet_that_begins_with_what_cannot_be_built_does_not_begin():
    recipes = resolve("storefront", {"1.0": RecipeChange(files=UNBUILDABLE)})

    async def story(lab):
        raise AssertionError("this lab should not open")

    with pytest.raises(BuildError, match=r"storefront 1\.0 cannot be built"):
        on_sim(world(recipes), story)
