"""Orders: shorthands, what must be given together, and how they are written into the journal."""

import pytest
from pydantic import ValidationError

from lab.model.operation import (
    DeleteFile,
    InstallPackages,
    RemovePackages,
    RestartService,
    SetConfig,
    WriteFile,
)
from lab.model.orders import ORDERS, Fault, Kill, Release, Rollback, Ssh

# As the loader calls it: with a context, so that numbers are what a person wrote.
WRITTEN = {"context": {}}


def order(verb, value):
    return ORDERS[verb].model_validate(value, **WRITTEN)


@pytest.mark.parametrize(
    ("verb", "short", "whole"),
    [
        ("say", "Hello.", {"text": "Hello."}),
        ("release", "1.1", {"version": "1.1"}),
        ("traffic", "50/s", {"rate": "50/s"}),
        ("rollback", None, {}),
        ("scan", None, {}),
    ],
)
def test_a_bare_value_stands_for_the_whole_order(verb, short, whole):
    assert order(verb, short) == order(verb, whole)


@pytest.mark.parametrize(
    ("verb", "value"),
    [
        ("say", {"text": "Hello."}),
        ("release", {"version": "1.1"}),
        ("rollback", {}),
        ("bisect", {"good": "1.0", "bad": "1.7", "probe": {"requests": 20, "errors": "< 0.02"}}),
        ("copy", {"server": 3}),
        ("kill", {"server": 3}),
        ("reboot", {"servers": [1, 2]}),
        ("traffic", {"rate": "80/s"}),
        ("traffic", {"rate": "1000000/s"}),
        ("wait-until", {"sent": "1234567", "within": "31622400s"}),
        ("fault", {"step": "install", "count": 2}),
        ("fault", {"repository": "down"}),
        ("wait-until", {"version": "1.1", "dropped": "> 1", "within": "10s"}),
        ("ssh", {"server": 1, "write": {"path": "/etc/motd", "content": "hi"}, "install": {"htop": "3"}, "who": "ada"}),
    ],
)
def test_arguments_are_what_a_scenario_would_say_and_make_the_same_order(verb, value):
    given = order(verb, value)
    assert given.arguments == value
    assert order(verb, given.arguments) == given


@pytest.mark.parametrize(
    ("verb", "value", "told"),
    [
        ("kill", {}, "server: NUMBER"),
        ("kill", {"server": 0}, "a server number from 1 on"),
        ("ssh", {"server": 1}, "something to do"),
        ("ssh", {"server": 1, "write": {"path": "/a"}}, "either `content: TEXT` or `set"),
        ("ssh", {"server": 1, "write": {"path": "/a", "content": "", "set": {"k": 1}}}, "either `content: TEXT`"),
        ("ssh", {"server": 1, "delete": "../etc/passwd"}, "an absolute path"),
        ("ssh", {"server": 1, "delete": "/etc/../passwd"}, "an absolute path"),
        ("ssh", {"server": 1, "install": {"Bad Name": "1"}}, "a package name"),
        ("ssh", {"server": 1, "install": {"htop": "1; reboot"}}, "a version"),
        ("fault", {"step": "install"}, "to say where the step fails"),
        ("fault", {"step": "install", "server": 1, "count": 1}, "to say where the step fails"),
        ("fault", {"step": "install", "repository": "down"}, "either `step"),
        ("fault", {}, "either `step"),
        ("wait-until", {"within": "5s"}, "a figure to wait for"),
        ("traffic", {"rate": 50.0}, "a rate such as"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused(verb, value, told):
    with pytest.raises(ValidationError, match=told):
        order(verb, value)


def test_what_a_person_does_comes_in_the_order_of_the_reference():
    changed = Ssh(server=1, delete="/b", install={"htop": "3"}, remove=["libpay"], restart=True)
    written = Ssh(server=1, write={"path": "/a", "content": "x", "mode": "0600"})
    keys = Ssh(server=1, write={"path": "/a", "set": {"k": 1, "l": True}})
    assert changed.operations == (
        DeleteFile("/b"),
        InstallPackages((("htop", "3"),)),
        RemovePackages(("libpay",)),
        RestartService(),
    )
    assert written.operations == (WriteFile("/a", "x", 0o600),)
    assert keys.operations == (SetConfig("k", 1, "/a"), SetConfig("l", True, "/a"))


def test_servers_are_named_one_or_several():
    assert Kill(server=3).numbers == (3,)
    assert Kill(servers=[1, 2]).numbers == (1, 2)
    assert Fault(step="install", count=2).numbers == ()


def test_orders_that_destroy_something_say_so():
    assert {verb for verb, kind in ORDERS.items() if kind.destroys} == {
        "rollback",
        "kill",
        "reboot",
        "abort",
        "zone-failure",
    }


def test_a_reference_is_checked_only_where_somebody_says_what_there_is():
    assert Release(version="7.7").version == "7.7"
    with pytest.raises(ValidationError, match=r"defined under service\.versions: 1\.0"):
        Release.model_validate("7.7", context={"versions": ["1.0"]})
    with pytest.raises(ValidationError, match="from 1 to 3"):
        Kill.model_validate({"server": 4}, context={"servers": 3})
    assert Rollback() == Rollback.model_validate(None)
