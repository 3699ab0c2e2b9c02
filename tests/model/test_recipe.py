"""Recipes: what a version inherits, and what its digest depends on."""

from dataclasses import replace

import pytest

from lab.model.recipe import Behaviour, Recipe, RecipeChange, resolve

BASE = RecipeChange(packages={"libpay": "1.0"}, config={"a": 1, "b": 2}, files={"/x": "old"}, latency=0.02, errors=0.1)


def test_a_version_has_all_of_its_parent_that_it_does_not_change():
    recipes = resolve("storefront", {"1.0": BASE, "1.1": RecipeChange("1.0", config={"b": 3})})
    assert recipes["1.1"] == replace(recipes["1.0"], version="1.1", parent="1.0", config={"a": 1, "b": 3})


def test_what_a_version_sets_to_none_is_taken_out():
    change = RecipeChange("1.0", {"libpay": None}, {"a": None}, {"/x": None})
    recipe = resolve("storefront", {"1.0": BASE, "1.1": change})["1.1"]
    assert (recipe.packages, recipe.config, recipe.files) == ({}, {"b": 2}, {})


def test_errors_can_be_set_back_to_none_at_all():
    recipes = resolve("storefront", {"1.0": BASE, "1.1": RecipeChange("1.0", errors=0.0)})
    assert recipes["1.1"].behaviour == Behaviour(0.02, 0.0)


def test_parents_may_stand_below_their_children_and_be_many_deep():
    changes = {f"1.{n}": RecipeChange(f"1.{n + 1}") for n in range(100)} | {"1.100": BASE}
    assert resolve("storefront", changes)["1.0"].config == {"a": 1, "b": 2}


def test_the_service_is_a_package_of_every_recipe():
    assert Recipe("storefront", "1.0", {"libpay": "1.0"}).all_packages == {"storefront": "1.0", "libpay": "1.0"}


@pytest.mark.parametrize(
    "change",
    [
        {"version": "1.1"},
        {"packages": {"libpay": "1.1"}},
        {"config": {"a": 2}},
        {"files": {"/x": "new"}},
        {"behaviour": Behaviour(errors=0.5)},
    ],
)
def test_the_digest_changes_with_everything_that_an_image_is_built_from(change):
    recipe = resolve("storefront", {"1.0": BASE})["1.0"]
    assert replace(recipe, **change).digest != recipe.digest


def test_the_digest_does_not_depend_on_order_or_parent():
    recipe = resolve("storefront", {"1.0": BASE})["1.0"]
    assert replace(recipe, config={"b": 2, "a": 1}, parent="0.9").digest == recipe.digest
