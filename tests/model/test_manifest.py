"""Manifests: differences that lead from one to another, fingerprints, and what is never compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.model.manifest import (
    Entry,
    apply,
    compose,
    deleted,
    difference,
    file_entry,
    fingerprint,
    fingerprint_after,
    is_volatile,
    written,
)

NAMES = st.sampled_from(["/a", "/b", "/b/c", "package:libpay", "config:/etc/storefront/app.toml#k", "/d"])
ENTRIES = st.builds(
    Entry,
    st.sampled_from(["file", "dir", "link", "package", "config"]),
    st.sampled_from(["", "x", "y"]),
    st.sampled_from([0o644, 0o755]),
    st.sampled_from(["0:0", "1:1"]),
)
MANIFESTS = st.dictionaries(NAMES, ENTRIES)
DELTAS = st.dictionaries(NAMES, st.none() | ENTRIES)
APP = "/etc/storefront/app.toml"


@given(MANIFESTS, MANIFESTS)
def test_a_difference_leads_from_one_manifest_to_the_other_and_holds_nothing_else(old, new):
    delta = difference(old, new)
    assert apply(old, delta) == new
    assert all(old.get(name) != entry for name, entry in delta.items())


@given(MANIFESTS, DELTAS, DELTAS)
def test_two_differences_compose_to_one_with_the_effect_of_both(manifest, first, then):
    assert apply(manifest, compose(first, then)) == apply(apply(manifest, first), then)


@given(DELTAS, DELTAS, DELTAS)
def test_how_differences_are_put_together_does_not_matter(one, two, three):
    assert compose(compose(one, two), three) == compose(one, compose(two, three))


@given(MANIFESTS, DELTAS)
def test_a_fingerprint_follows_from_the_image_s_and_what_changed(manifest, delta):
    assert fingerprint_after(fingerprint(manifest), manifest, delta) == fingerprint(apply(manifest, delta))


@given(MANIFESTS, MANIFESTS)
def test_two_manifests_share_a_fingerprint_only_if_they_are_the_same(one, other):
    assert (fingerprint(one) == fingerprint(other)) == (one == other)


@given(st.permutations(["/a", "/b", "/c"]))
def test_a_fingerprint_does_not_depend_on_the_order_of_names(names):
    entry = file_entry(b"same")
    assert fingerprint(dict.fromkeys(names, entry)) == fingerprint({"/a": entry, "/b": entry, "/c": entry})


@pytest.mark.parametrize(
    "path",
    [
        "/proc/1/stat", "/tmp/x", "/run", "/var/tmp/y", "/var/log/dpkg.log", "/var/cache/apt/pkgcache.bin",
        "/var/lib/dpkg/status", "/var/lib/apt/lists/x_Packages", "/etc/hostname", "/etc/resolv.conf", "/.dockerenv",
        "/usr/lib/python3/dist-packages/libpay/__pycache__/__init__.cpython-311.pyc", "/opt/storefront/__pycache__",
        "/etc/service/storefront/supervise/lock", "/etc/storefront/app.toml.dpkg-old",
    ],
)  # fmt: skip
def test_what_changes_by_itself_is_volatile(path):
    assert is_volatile(path)


@pytest.mark.parametrize(
    "path",
    [
        APP, "/etc/motd", "/opt/storefront/app.py", "/usr/bin/processor", "/home/tmp/x", "/var/lib/storefront/data",
        "/var/log", "/etc/hosts.allow", "/root/.profile", "/usr/lib/python3/dist-packages/libpay/__init__.py",
    ],
)  # fmt: skip
def test_what_somebody_decided_is_not_volatile(path):
    assert not is_volatile(path)


def test_writing_a_configuration_file_changes_its_keys_too_and_drops_those_that_are_gone():
    image = apply({}, written({}, APP, b"a = 1\nb = 2\n", file_entry(b"a = 1\nb = 2\n")))
    delta = written(image, APP, b"b = 3\n", file_entry(b"b = 3\n"))
    assert delta[f"config:{APP}#a"] is None
    assert delta[f"config:{APP}#b"] == Entry("config", "3")
    assert set(delta) == {APP, f"config:{APP}#a", f"config:{APP}#b"}


def test_writing_any_other_file_changes_that_file_only():
    assert set(written({}, "/etc/motd", b"a = 1\n", file_entry(b"a = 1\n"))) == {"/etc/motd"}


def test_deleting_a_folder_takes_away_what_is_below_it_but_not_what_begins_like_it():
    image = {name: file_entry(b"") for name in ("/a", "/a/b", "/a/b/c", "/ab")}
    assert deleted(image, "/a") == {"/a": None, "/a/b": None, "/a/b/c": None}


def test_deleting_a_configuration_file_takes_away_its_keys():
    image = apply({}, written({}, APP, b"a = 1\n", file_entry(b"a = 1\n")))
    assert apply(image, deleted(image, APP)) == {}
