"""Files that were not written to be played: each is refused within a second or two, with a word on why."""

import os
import sys
import time

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.scenario import yaml_tree
from lab.scenario.loader import MAX_BYTES, load, load_text
from lab.scenario.mistakes import ScenarioError
from tests.scenario.texts import GOOD

WITHIN = 2.0
"""Seconds of this process's own time: nothing in the loader waits, and the machine may have other work."""

BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{here}: &{here} [{','.join([f'*{before}'] * 9)}]\n" for before, here in zip("abcdefgh", "bcdefghi", strict=True)
)


def refused(call, *arguments):
    """The report of a file that cannot be played, which must not take long."""
    began = time.process_time()
    with pytest.raises(ScenarioError) as caught:
        call(*arguments)
    report = str(caught.value)
    assert time.process_time() - began < WITHIN
    assert report.replace("\n\n", "").isprintable()
    return report


def refused_bytes(tmp_path, content):
    file = tmp_path / "s.yaml"
    file.write_bytes(content)
    return refused(load, file)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"# only a remark\n"])
def test_an_empty_file(tmp_path, content):
    assert "found an empty file, expected a scenario" in refused_bytes(tmp_path, content)


@pytest.mark.parametrize(
    "content", [bytes(range(256)) * 100, b"\x7fELF\x02\x01\x01\0\xff", "title: é".encode("latin-1")]
)
def test_a_file_that_is_no_utf8_text(tmp_path, content):
    assert "is not UTF-8 text" in refused_bytes(tmp_path, content)


def test_a_file_with_nul_bytes(tmp_path):
    assert ":1:7  found the control character U+0000" in refused_bytes(tmp_path, b"title:\0\0\0")


def test_a_file_of_100_megabytes_is_refused_unread(tmp_path):
    file = tmp_path / "huge.yaml"
    with file.open("wb") as sparse:
        sparse.truncate(100 * 1024 * 1024)
    assert "found 104,857,600 bytes, expected a scenario file of at most 262,144" in refused(load, file)


def test_a_folder(tmp_path):
    assert f"{tmp_path}: found a directory, expected a scenario file" == refused(load, tmp_path)


def test_a_file_that_is_not_there(tmp_path):
    assert "No such file or directory" in refused(load, tmp_path / "missing.yaml")


@pytest.mark.skipif(sys.platform == "win32", reason="no named pipes")
def test_a_named_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert "something that is no file" in refused(load, tmp_path / "pipe")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path):
    file = tmp_path / "secret.yaml"
    file.write_text(GOOD)
    file.chmod(0)
    assert "Permission denied" in refused(load, file)


def test_a_file_whose_name_would_move_the_cursor(tmp_path):
    assert "\\x1b[2J" in refused(load, tmp_path / "\x1b[2J.yaml")


@pytest.mark.parametrize("loader", ["CSafeLoader", "SafeLoader"])
@pytest.mark.parametrize(
    ("text", "told"),
    [
        (BOMB, "expected at most 10,000, aliases followed"),
        ("[" * 200_000, "expected at most 32 levels"),
        ("{a: " * 60_000, "expected at most 32 levels"),
        ("- " * 100_000, "expected at most 32 levels"),
        ("".join(" " * depth + "a:\n" for depth in range(400)), "expected at most 32 levels"),
        ("".join(f"k{number}: 1\n" for number in range(9_000)), "more mistakes"),
        (f"steps: [{'{kill: {server: 0}},' * 3_000}]", "more mistakes"),
        (f"service: {{versions: {{{','.join(f'a{n}: {{from: b{n}}}' for n in range(3_000))}}}}}", "more mistakes"),
        ("seed: " + "9" * 200_000, "a whole number"),
        ("seed: " + ":".join(["1"] * 60_000), "a whole number"),
        ("a" * 200_000 + ": 1", "YAML"),
        ("a: &a [*a]", "expected an alias of something that ended before it"),
        ("a: *b", "expected an alias of something that ended before it"),
    ],
    ids=lambda value: value[:12],
)
def test_a_text_made_to_exhaust_its_reader(monkeypatch, loader, text, told):
    monkeypatch.setattr(yaml_tree, "_LOADER", getattr(yaml, loader, yaml.SafeLoader))
    assert len(text) < MAX_BYTES
    assert told in refused(load_text, text, "s.yaml")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- a list", "s.yaml:1:1  found a list, expected a mapping with title, service, fleets and steps"),
        ("just words", 's.yaml:1:1  found "just words", expected a mapping'),
        ("title: [1,\n  2", "found YAML that breaks off here"),
        ("a:\n\t- b", "s.yaml:2:1  found YAML that breaks off here: found character"),
        (f"{GOOD}---\n{GOOD}", "s.yaml:11:1  found a second document, expected one scenario in a file"),
        ("title: !!python/object/apply:os.system [x]", "s.yaml:1:8  title: found the tag tag:yaml.org,2002:python/"),
        ("title: !!binary aGk=", "s.yaml:1:8  title: found the tag tag:yaml.org,2002:binary, expected a plain value"),
        ("seed: !!int seven", 's.yaml:1:7  seed: found "seven", expected a value of the kind that its tag names, int'),
        ("a: &a {b: 1}\nfleets: {<<: *a}", "s.yaml:2:10  fleets: found a merge key (<<)"),
        ("? [a, b]\n: c", "s.yaml:1:3  found a key that is not text, expected text before the colon"),
        ("1: x", "s.yaml:1:1  1: found 1 as a key, which YAML reads as a number"),
        ("fleets: {on: x}", "s.yaml:1:10  fleets.on: found on as a key, which YAML reads as true or false"),
        ("~: x", 's.yaml:1:1  "~": found ~ as a key, which YAML reads as nothing'),
        ("seed: .nan", "s.yaml:1:7  seed: found .nan, expected a finite number"),
        ("seed: -.inf", "s.yaml:1:7  seed: found -.inf, expected a finite number"),
        ('title: "\\e[31mred"', "s.yaml:1:8  title: found a control character in a text, expected printable text"),
        ("title: \x1b[31mred", "s.yaml:1:8  found the control character U+001B, expected printable text"),
        ('title: "\u202edetrever"', "s.yaml:1:9  found the control character U+202E, expected printable text"),
    ],
)
def test_what_yaml_can_do_and_a_scenario_cannot(text, told):
    assert told in refused(load_text, text, "s.yaml")


ALPHABET = st.sampled_from([*"abefnorst:-[]{}&*!|>'\"#%@,.? \n\t0159~<=\\", "steps", "fleets:", "\u202e", "é", "\r"])


def only_scenario_errors(text):
    try:
        load_text(text, "s.yaml")
    except ScenarioError as error:
        assert str(error).replace("\n\n", "").isprintable()


@given(st.lists(ALPHABET, max_size=60).map("".join) | st.text())
@settings(deadline=None)
def test_any_text_is_either_a_scenario_or_a_report(text):
    only_scenario_errors(text)


@given(st.integers(0, len(GOOD)), st.integers(0, 12), st.lists(ALPHABET, max_size=8).map("".join) | st.text(max_size=8))
@settings(deadline=None, max_examples=200)
def test_any_damage_to_a_scenario_gives_a_scenario_or_a_report(start, length, damage):
    only_scenario_errors(GOOD[:start] + damage + GOOD[start + length :])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["steps", "fleets", "servers", "1.0", "at", "kill", "from"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(st.sampled_from(["title", "service", "fleets", "steps", "traffic", "expect", "seed", "about"]), JSON)
@settings(deadline=None, max_examples=200)
def test_any_value_at_any_key_gives_a_scenario_or_a_report(key, value):
    document = yaml.safe_load(GOOD) | {key: value}
    only_scenario_errors(yaml.safe_dump(document))


@given(st.binary(max_size=300))
def test_any_bytes_are_either_a_scenario_or_a_report(tmp_path_factory, content):
    file = tmp_path_factory.getbasetemp() / "any.yaml"
    file.write_bytes(content)
    try:
        load(file)
    except ScenarioError as error:
        assert str(error)
