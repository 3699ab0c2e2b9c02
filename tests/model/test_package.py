"""Packages: their content by name and version alone, and what comes along with them."""

import pytest

from lab.model.package import Catalogue, UnknownPackageError, library, service
from lab.model.recipe import Behaviour, Recipe


def catalogue(*packages):
    return Catalogue({(package.name, package.version): package for package in packages})


def test_what_a_package_depends_on_comes_along_with_all_that_that_depends_on():
    shelf = catalogue(library("a", "1", [("b", "2")]), library("b", "2", [("c", "3")]), library("c", "3"))
    assert shelf.closure({"a": "1"}) == {"a": "1", "b": "2", "c": "3"}


def test_what_is_asked_for_by_name_wins_over_a_dependency():
    shelf = catalogue(library("a", "1", [("b", "2")]), library("b", "2"), library("b", "9"))
    assert shelf.closure({"a": "1", "b": "9"}) == {"a": "1", "b": "9"}


def test_packages_that_depend_on_each_other_end():
    shelf = catalogue(library("a", "1", [("b", "1")]), library("b", "1", [("a", "1")]))
    assert shelf.closure({"a": "1"}) == {"a": "1", "b": "1"}


def test_an_unknown_package_is_named_with_its_version():
    with pytest.raises(UnknownPackageError, match="a=2"):
        catalogue(library("a", "1")).closure({"a": "2"})


def test_a_library_is_a_module_that_knows_its_version():
    ((path, content),) = library("lib-pay", "1.1").files.items()
    assert path == "/usr/lib/python3/dist-packages/lib_pay/__init__.py"
    names = {}
    exec(content, names)
    assert names["VERSION"] == "1.1"


def test_the_service_s_package_differs_between_versions_by_its_release_file_only():
    old = service(Recipe("storefront", "1.0", {"libpay": "1.0"}), b"program")
    new = service(Recipe("storefront", "1.1", {"libpay": "1.1"}, behaviour=Behaviour(errors=0.1)), b"program")
    changed = {path for path in old.files if old.files[path] != new.files[path]}
    assert changed == {"/opt/storefront/release.json"}
