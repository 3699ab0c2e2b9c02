"""Filters: words about servers, and what happens to words that mean nothing."""

import pytest

from lab.model.drift import DriftItem
from lab.model.state import ServerState
from lab.tui.filter import Filter


def server(number=1, pool="main", version="1.0", status="healthy", drift=()):
    return ServerState(f"pets-{number}", number, pool, version, "digest", version, status, 0.0, drift)


DRIFTED = server(drift=(DriftItem("/etc/motd", None, None),))


@pytest.mark.parametrize(
    ("text", "match", "other"),
    [
        ("1.1", server(version="1.1"), server(version="1.10")),
        ("version:3", server(version="3"), server(number=3)),
        ("3", server(number=3), server(number=13, version="3")),
        ("number:3", server(number=3), server(number=4)),
        ("draining", server(status="draining"), server()),
        ("state:unhealthy", server(status="unhealthy"), server()),
        ("drifted", DRIFTED, server()),
        ("pool:green", server(pool="green"), server(pool="blue")),
        ("staging", server(pool="staging"), server()),
        ("!drifted", server(), DRIFTED),
        ("!pool:main", server(pool="canary"), server()),
    ],
)
def test_a_word_matches_the_servers_that_it_is_about(text, match, other):
    chosen = Filter.parse(text)
    assert chosen.matches(match)
    assert not chosen.matches(other)


def test_several_words_must_all_hold():
    chosen = Filter.parse(" 1.1  !draining pool:green ")
    assert chosen.matches(server(pool="green", version="1.1"))
    assert not chosen.matches(server(pool="green", version="1.1", status="draining"))
    assert not chosen.matches(server(pool="green", version="1.0"))


def test_a_filter_without_words_matches_everything_and_is_false():
    assert Filter.parse("  ").matches(server())
    assert not Filter.parse("  ")
    assert Filter.parse("1.1")


@pytest.mark.parametrize("text", ["1.1 !drifted", "version:3 3", "green healthy", ""])
def test_a_filter_says_itself_in_words_that_mean_the_same(text):
    assert str(Filter.parse(text)) == text
    assert Filter.parse(str(Filter.parse(text))) == Filter.parse(text)


def test_a_name_that_is_not_needed_is_left_out():
    assert str(Filter.parse("version:1.1 !state:dead number:3")) == "1.1 !dead 3"


def test_an_unknown_word_is_named_with_everything_that_there_is():
    with pytest.raises(ValueError, match=r"“purple” is not .*healthy.*drifted.*green.*such as 3.*such as 1\.1"):
        Filter.parse("1.1 purple")


def test_an_unknown_name_is_refused():
    with pytest.raises(ValueError, match=r"“colour:red” is not understood"):
        Filter.parse("colour:red")


@pytest.mark.parametrize("text", ["state:sleepy", "pool:red", "number:three", "number:²", "version:new", "state:", "!"])
def test_a_value_that_cannot_be_is_refused(text):
    with pytest.raises(ValueError, match="is not understood"):
        Filter.parse(text)


def test_an_unknown_value_is_told_with_the_values_that_exist():
    with pytest.raises(ValueError, match=r"“state:sleepy” is not understood. Expected state: healthy, .*drifted\."):
        Filter.parse("state:sleepy")


def test_rubbish_is_refused_in_few_words_that_steer_no_terminal():
    with pytest.raises(ValueError, match="is not understood") as refused:
        Filter.parse("\x1b[31m[bold]" * 100 + "9" * 10_000)
    assert "\x1b" not in str(refused.value)
    assert len(str(refused.value)) < 300
