"""The configuration file: one key at a time or whole, the same bytes come of it."""

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from lab.model.config import parse_config, render_config, with_key

KEYS = st.from_regex(r"[A-Za-z][A-Za-z0-9_-]{0,8}", fullmatch=True)
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=10)
VALUES = TEXT | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
CONFIGS = st.dictionaries(KEYS, VALUES, max_size=6)


@given(CONFIGS, KEYS, VALUES)
def test_setting_a_key_gives_the_file_that_is_rendered_with_it(config, key, value):
    assert with_key(render_config(config), key, value) == render_config({**config, key: value})


@given(CONFIGS, KEYS)
def test_removing_a_key_gives_the_file_that_is_rendered_without_it(config, key):
    rest = {name: value for name, value in config.items() if name != key}
    assert with_key(render_config(config), key, None) == render_config(rest)


@given(CONFIGS)
def test_a_configuration_is_valid_toml_with_these_values(config):
    assert tomllib.loads(render_config(config).decode()) == config


@given(CONFIGS)
def test_every_key_is_found_with_its_value_as_written(config):
    assert render_config(config) == b"".join(
        f"{key} = {value}\n".encode() for key, value in parse_config(render_config(config))
    )


def test_remarks_and_broken_lines_set_nothing():
    assert parse_config(b"# a = 1\nnonsense\nb = 2\n\xff\n") == [("b", "2")]


def test_a_key_is_not_mistaken_for_one_that_begins_like_it():
    assert with_key(b"time = 1\ntimeout = 2\n", "time", None) == b"timeout = 2\n"


def test_only_a_newline_ends_a_line():
    content = render_config({"a": "one\u2028two\x85three", "b": 1})
    assert with_key(content, "b", 2) == render_config({"a": "one\u2028two\x85three", "b": 2})
