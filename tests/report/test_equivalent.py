"""An order in other words: as a step of a scenario, and as commands."""

import shlex

import pytest
import yaml

from lab.cli.main import lab
from lab.model import orders as o
from lab.report.equivalent import equivalent, servers_of, step_yaml
from lab.scenario.loader import load_text
from lab.scenario.schema import Step

NAMED = {1: ["pets-1", "cattle-1"], 2: ["pets-2", "cattle-2"], 3: ["pets-3"], 4: ["pets-4", "cattle-4"]}

GIVEN = [
    o.Say(text="a: colon, [a bracket] and ünïcode"),
    o.Release(version="1.1"),
    o.Rollback(),
    o.Promote(),
    o.Abort(),
    o.Ssh(server=3, write=o.Written(path="/etc/storefront/app.toml", set={"timeout": 30}), who="a\nb: c"),
    o.Ssh(servers=[1, 2], install={"libpay": "1.1"}, remove=["tools"], restart=True),
    o.Kill(server=1),
    o.Reboot(servers=[1, 2]),
    o.ZoneFailure(zone=2),
    o.Rebuild(),
    o.Scan(),
    o.Bisect(good="1.0", bad="1.1", probe=o.ProbeSpec(requests=50)),
    o.Copy(server=2),
    o.Traffic(rate=40.0),
    o.Fault(step="install", server=2),
    o.Fault(repository="down"),
    o.WaitUntil.model_validate({"healthy": "> 3", "p95": "< 250ms", "version": "1.1", "within": "5m"}),
    o.Weight(share=0.1),
]


def commands(order, fleets=("pets", "cattle"), engine="docker"):
    return equivalent(order, fleets, servers_of(order, NAMED), "brave-otter", engine)


def played(step):
    """The only step of a scenario that has this one, after the loader took it."""
    text = yaml.safe_dump(
        {
            "title": "One step",
            "service": {"image": "storefront", "versions": {"1.0": {}, "1.1": {"from": "1.0"}}},
            "fleets": {
                "pets": {"servers": 4, "version": "1.0", "strategy": "in-place"},
                "cattle": {"servers": 4, "version": "1.0", "strategy": "blue-green"},
            },
        },
        sort_keys=False,
    )
    indented = "".join(f"  {line}\n" for line in step.splitlines())
    return load_text(f"{text}steps:\n{indented}", "test.yaml").steps[0]


@pytest.mark.parametrize("order", GIVEN, ids=lambda order: order.verb)
@pytest.mark.parametrize("fleets", [(), ("cattle",)], ids=["all fleets", "one fleet"])
def test_a_step_gives_the_same_order_when_it_is_played(order, fleets):
    step = played(step_yaml(order, fleets))
    assert isinstance(step, Step)
    assert step.order == order
    assert step.fleets == fleets


def test_a_kill_is_one_command_for_each_server_of_that_number():
    assert commands(o.Kill(server=1)) == ("docker kill lab-brave-otter-pets-1", "docker kill lab-brave-otter-cattle-1")


def test_a_server_that_is_named_twice_is_told_once():
    assert commands(o.Kill(server=3, servers=[3])) == ("docker kill lab-brave-otter-pets-3",)


def test_a_reboot_is_a_restart_of_the_container():
    assert commands(o.Reboot(server=3)) == ("docker restart lab-brave-otter-pets-3",)


def test_a_scan_looks_at_every_server():
    assert set(commands(o.Scan())) == {
        f"docker diff lab-brave-otter-{name}" for names in NAMED.values() for name in names
    }


@pytest.mark.parametrize("zone, numbers", [(1, [1, 4]), (2, [2]), (3, [3])])
def test_a_zone_failure_kills_every_third_server_from_that_zone_on(zone, numbers):
    names = [name for number in numbers for name in NAMED[number]]
    assert commands(o.ZoneFailure(zone=zone)) == tuple(f"docker kill lab-brave-otter-{name}" for name in names)


def test_a_patch_by_hand_is_one_command_for_each_thing_done_in_its_order():
    order = o.Ssh(server=3, delete="/etc/motd", restart=True)
    first, second = commands(order)
    assert first == "docker exec lab-brave-otter-pets-3 rm -f /etc/motd"
    assert second.startswith("docker exec lab-brave-otter-pets-3 sh -c ")


def test_what_is_written_by_hand_cannot_end_its_quotes():
    nasty = "a'; rm -rf / #\n$(reboot)"
    (line,) = commands(o.Ssh(server=3, write=o.Written(path="/etc/motd", content=nasty)))
    words = shlex.split(line)
    assert words[:4] == ["docker", "exec", "lab-brave-otter-pets-3", "sh"]
    assert len(words) == 6
    assert nasty in shlex.split(words[-1])


def parsed(line):
    """The command of the lab that a line calls, and what its options are taken for. Nothing is run."""
    words = shlex.split(line)
    assert words[0] == "lab"
    found = lab.get_command(None, words[1])
    return found.make_context(words[1], words[2:]).params


def test_a_copy_is_the_labs_own_command():
    (line,) = commands(o.Copy(server=3))
    assert parsed(line) | {"server": "pets-3", "session": "brave-otter"} == parsed(line)


def test_a_search_is_the_labs_own_command_for_each_fleet():
    order = o.Bisect(good="1.0", bad="1.1", probe=o.ProbeSpec(requests=50, errors=o.Comparison("<", 0.02)))
    lines = commands(order, ("pets", "cattle"), "sim")
    assert [parsed(line)["fleet"] for line in lines] == ["pets", "cattle"]
    told = parsed(lines[0])
    assert (told["good"], told["bad"], told["requests"], told["engine"]) == ("1.0", "1.1", 50, "sim")
    assert told["errors"] and told["latency"] is None


@pytest.mark.parametrize(
    "order", [o.Release(version="1.1"), o.Rollback(), o.Traffic(rate=40.0), o.Say(text="hi")], ids=lambda o: o.verb
)
def test_orders_that_come_down_to_no_command_have_none(order):
    assert commands(order) == ()
