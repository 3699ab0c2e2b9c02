"""Patch plans: the steps from one recipe to another, and what they don't know of."""

from hypothesis import given
from hypothesis import strategies as st

from lab.model.operation import (
    PATCH_STEPS,
    DeleteFile,
    FetchPackages,
    InstallPackages,
    RemovePackages,
    RestartService,
    SetConfig,
    VerifyVersion,
    WriteFile,
    patch,
)
from lab.model.recipe import Recipe

OLD = Recipe("storefront", "1.0", {"libpay": "1.0", "libold": "1"}, {"a": 1, "gone": True}, {"/x": "old", "/y": "same"})
NEW = Recipe("storefront", "1.1", {"libpay": "1.1"}, {"a": 2, "b": 1}, {"/x": "new", "/y": "same"})


def test_a_patch_fetches_installs_restarts_and_verifies_what_the_recipes_name():
    wanted = (("storefront", "1.1"), ("libpay", "1.1"))
    assert patch(OLD, NEW) == {
        "fetch": (FetchPackages(wanted),),
        "install": (
            InstallPackages(wanted),
            RemovePackages(("libold",)),
            WriteFile("/x", "new"),
            SetConfig("a", 2),
            SetConfig("b", 1),
            SetConfig("gone", None),
        ),
        "restart": (RestartService(),),
        "verify": (VerifyVersion("1.1"),),
    }


def test_a_patch_deletes_files_that_the_new_recipe_does_not_have():
    assert DeleteFile("/x") in patch(OLD, Recipe("storefront", "1.1"))["install"]


def test_a_patch_to_the_same_recipe_only_restarts_and_verifies():
    assert [step for step, operations in patch(OLD, OLD).items() if operations] == ["restart", "verify"]


PACKAGES = st.dictionaries(st.sampled_from(["a", "b", "c"]), st.sampled_from(["1", "2"]))
CONFIGS = st.dictionaries(st.sampled_from(["k", "l"]), st.integers(0, 2))
RECIPES = st.builds(
    lambda version, packages, config, files: Recipe("storefront", version, packages, config, files),
    st.sampled_from(["1.0", "1.1"]),
    PACKAGES,
    CONFIGS,
    st.dictionaries(st.sampled_from(["/x", "/y"]), st.sampled_from(["1", "2"])),
)


@given(RECIPES, RECIPES)
def test_a_patch_carried_out_leads_from_one_recipe_to_the_other(old, new):
    packages, config, files = dict(old.all_packages), dict(old.config), dict(old.files)
    for operation in patch(old, new)["install"]:
        match operation:
            case InstallPackages(pairs):
                packages.update(pairs)
            case RemovePackages(names):
                packages = {name: version for name, version in packages.items() if name not in names}
            case WriteFile(path, content):
                files[path] = content
            case DeleteFile(path):
                files.pop(path)
            case SetConfig(key, None):
                config.pop(key)
            case SetConfig(key, value):
                config[key] = value
    assert (packages, config, files) == (new.all_packages, new.config, new.files)
    assert tuple(patch(old, new)) == PATCH_STEPS
