"""Drift: what a server is, minus what it should be."""

from hypothesis import given
from hypothesis import strategies as st

from lab.model.drift import DriftItem, Scanner
from lab.model.image import Image
from lab.model.manifest import Entry, apply, difference, fingerprint
from lab.model.recipe import Recipe

ENTRIES = st.builds(Entry, st.just("file"), st.sampled_from(["x", "y", "z"]))
MANIFESTS = st.dictionaries(st.sampled_from(["/a", "/b", "/c", "package:p"]), ENTRIES)
DELTAS = st.dictionaries(st.sampled_from(["/a", "/b", "/c", "/d", "package:p"]), st.none() | ENTRIES)
OLD, NEW = Entry("package", "1.0"), Entry("package", "1.1")


def image(version, manifest):
    return Image(Recipe("storefront", version), f"sha256:{version}", manifest)


def test_a_server_that_is_its_image_has_not_drifted():
    one = image("1.0", {"/a": Entry("file", "x")})
    found = Scanner().scan("pets-1", one, {}, one)
    assert found.items == ()
    assert found.fingerprint == f"{one.fingerprint:032x}"


def test_a_server_that_was_patched_to_the_declared_version_has_not_drifted():
    old, new = image("1.0", {"package:p": OLD}), image("1.1", {"package:p": NEW})
    assert Scanner().scan("pets-1", old, {"package:p": NEW}, new).items == ()


def test_a_server_that_was_not_patched_has_drifted_by_what_the_release_changed():
    old, new = image("1.0", {"package:p": OLD}), image("1.1", {"package:p": NEW, "/new": OLD})
    assert Scanner().scan("pets-1", old, {}, new).items == (
        DriftItem("/new", OLD, None),
        DriftItem("package:p", NEW, OLD),
    )


def test_a_change_that_was_undone_is_no_drift():
    one = image("1.0", {"/a": Entry("file", "x")})
    assert Scanner().scan("pets-1", one, {"/a": Entry("file", "x"), "/b": None}, one).items == ()


@given(MANIFESTS, DELTAS, MANIFESTS)
def test_drift_is_the_difference_between_what_should_be_and_what_is(launched, delta, declared):
    scanner = Scanner()
    for _ in range(2):  # the second time from what it remembers
        found = scanner.scan("pets-1", image("1.0", launched), delta, image("1.1", declared))
        actual = apply(launched, delta)
        assert {item.name: item.actual for item in found.items} == difference(declared, actual)
        assert {item.name: item.expected for item in found.items} == difference(actual, declared)
        assert found.fingerprint == f"{fingerprint(actual):032x}"


def test_drift_is_told_with_what_was_expected_and_what_there_is():
    assert str(DriftItem("package:p", OLD, NEW)) == "package:p: expected 1.0, got 1.1"
    assert str(DriftItem("/a", None, Entry("link", "/b"))) == "/a: expected absent, got link to /b"
    assert [DriftItem(name, OLD, None).is_path for name in ("/a", "package:p", "config:/x#k")] == [True, False, False]
