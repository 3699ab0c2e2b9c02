"""Build contexts and the tags that name their content."""

import io
import tarfile
from dataclasses import replace

import pytest

from lab import resources
from lab.engines.docker.builds import folder_build, recipe_build
from lab.model.config import render_config
from lab.model.package import Catalogue, Package, UnknownPackageError, library, service
from lab.model.recipe import Behaviour, Recipe

RECIPE = Recipe("storefront", "1.0", {"libpay": "1.1"}, {"currency": "EUR"}, {"/etc/it's": "one\n"})


def offered(*more: Package) -> Catalogue:
    packages = [
        service(RECIPE, b"program"),
        library("libpay", "1.1", [("libmoney", "2.0")]),
        library("libmoney", "2.0"),
        *more,
    ]
    return Catalogue({(package.name, package.version): package for package in packages})


def test_an_image_holds_the_packages_with_their_dependencies_the_files_and_the_configuration() -> None:
    build = recipe_build(RECIPE, offered(), "base:1")
    with tarfile.open(fileobj=io.BytesIO(build.context)) as archive:
        found = {info.name: (archive.extractfile(info) or io.BytesIO()).read() for info in archive}
    packages = sorted(name for name in found if name.startswith("packages/"))
    assert packages == [f"packages/{name}_all.deb" for name in ("libmoney_2.0", "libpay_1.1", "storefront_1.0")]
    script = found["install"].decode().splitlines()
    assert script[:2] == ["set -e", "dpkg -i /tmp/lab/packages/*.deb"]
    assert script[2:4] == [
        "install -D -m 644 /tmp/lab/files/0 '/etc/it'\"'\"'s'",
        "install -D -m 644 /tmp/lab/files/1 /etc/storefront/app.toml",
    ]
    assert found["files/1"] == render_config(RECIPE.config)
    assert found["Dockerfile"].startswith(b"FROM base:1\n")


def test_a_tag_changes_with_everything_that_goes_into_the_image_and_with_nothing_else() -> None:
    tag = recipe_build(RECIPE, offered(), "base:1").tag
    assert tag.startswith("immutable-lab/storefront:") and len(tag.rpartition(":")[2]) == 12
    assert recipe_build(replace(RECIPE, parent="0.9"), offered(), "base:1").tag == tag
    assert recipe_build(RECIPE, offered(library("other", "1")), "base:1").tag == tag
    others = [
        recipe_build(RECIPE, offered(), "base:2"),
        recipe_build(replace(RECIPE, config={}), offered(), "base:1"),
        recipe_build(replace(RECIPE, files={}), offered(), "base:1"),
        recipe_build(replace(RECIPE, behaviour=Behaviour(0.5)), offered(), "base:1"),
        recipe_build(RECIPE, offered(service(RECIPE, b"other program")), "base:1"),
    ]
    assert len({tag, *(build.tag for build in others)}) == 6


def test_a_package_that_nobody_offers_is_an_error() -> None:
    with pytest.raises(UnknownPackageError):
        recipe_build(replace(RECIPE, packages={"libpay": "7"}), offered(), "base:1")


def test_the_base_images_tag_changes_with_the_image_that_it_stands_on() -> None:
    folder = resources.images() / "base"
    assert folder_build(folder, "sha256:1").tag == folder_build(folder, "sha256:1").tag
    assert folder_build(folder, "sha256:1").tag != folder_build(folder, "sha256:2").tag
