"""What a right scenario becomes, and what is filled in."""

import subprocess
import sys

import pytest

from lab.model.fleet import FleetSpec
from lab.model.metric import METRICS
from lab.model.orders import ORDERS, Kill, Release, Rollback, Say, Ssh
from lab.resources import scenarios
from lab.scenario.loader import load, load_text
from lab.scenario.schema import Step, json_schema
from lab.strategies import STRATEGIES
from tests.scenario.texts import GOOD, changed, steps


def loaded(text):
    return load_text(text, "s.yaml")


@pytest.mark.parametrize("path", sorted(scenarios().glob("*.yaml")), ids=lambda path: path.stem)
def test_a_shipped_scenario_has_no_mistake(path):
    assert load(path).steps


def test_fleets_come_in_their_order_with_what_their_strategy_makes_of_them():
    text = changed("rolling}", "{rolling: {max-surge: 2, drain: 3s}}, port: 8080}")
    scenario = loaded(text)
    assert scenario.fleets == (
        FleetSpec("pets", 3, "1.0", "in-place", True),
        FleetSpec("cattle", 5, "1.0", "rolling", False, 8080),
    )
    assert scenario.strategies["cattle"].model_dump(include={"max_surge", "drain"}) == {"max_surge": 2, "drain": 3.0}


def test_what_is_not_given_has_a_sensible_value():
    scenario = loaded(GOOD)
    assert (scenario.seed, scenario.rate, scenario.slo, scenario.interval) == (1, 20.0, 0.25, 1.0)
    assert scenario.service.image == "storefront"
    assert scenario.expectations == ()


def test_steps_come_in_their_order_with_their_time_and_their_fleets():
    text = steps(
        "- say: Hello.",
        "- at: 1m",
        "  fleets: [cattle]",
        "  may-fail: true",
        "  kill: {servers: [4, 5]}",
        "- rollback:",
    )
    assert loaded(text).steps == (
        Step(None, (), False, Say(text="Hello.")),
        Step(60.0, ("cattle",), True, Kill(servers=[4, 5])),
        Step(None, (), False, Rollback()),
    )


def test_a_recipe_has_all_that_its_parents_have():
    recipe = loaded(changed('{from: "1.0"}', '{from: "1.0", packages: {libpay: "1.1"}, config: {a: 1}}')).recipes["1.1"]
    assert (recipe.parent, dict(recipe.packages), dict(recipe.config)) == ("1.0", {"libpay": "1.1"}, {"a": 1})


def test_the_catalogue_has_every_package_that_is_named_anywhere():
    text = steps('- ssh: {server: 1, install: {netpeek: "3.2"}}').replace(
        "service:\n", 'service:\n  packages: {netpeek: {"3.2": {depends: {libcapture: "1.9"}}}}\n'
    )
    catalogue = loaded(text).catalogue(b"program")
    assert set(catalogue.packages) == {
        ("storefront", "1.0"),
        ("storefront", "1.1"),
        ("libpay", "1.0"),
        ("netpeek", "3.2"),
        ("libcapture", "1.9"),
    }
    assert catalogue.closure({"netpeek": "3.2"}) == {"netpeek": "3.2", "libcapture": "1.9"}


def test_packages_may_depend_on_each_other():
    circle = 'service:\n  packages: {a1: {"1": {depends: {b1: "1"}}}, b1: {"1": {depends: {a1: "1"}}}}\n'
    assert loaded(changed("service:\n", circle)).catalogue(b"").closure({"a1": "1"}) == {"a1": "1", "b1": "1"}


def test_the_service_can_be_installed_by_hand_at_a_version_of_its_own():
    catalogue = loaded(steps('- ssh: {server: 1, install: {storefront: "1.1"}}')).catalogue(b"program")
    assert catalogue.package("storefront", "1.1").files["/opt/storefront/app.py"] == b"program"


def test_expectations_come_in_the_order_of_the_metrics_whatever_the_hash_seed():
    text = GOOD + 'expect: {pets: {residue: "> 0", dropped: 0, distinct-states: "<= 2"}}\n'
    found = [(line.metric, str(line.comparison)) for line in loaded(text).expectations]
    assert found == [("dropped", "0"), ("distinct-states", "<= 2"), ("residue", "> 0")]


def test_an_alias_stands_for_its_value():
    text = steps("- &all", "  release: '1.1'", "- *all")
    assert [step.order for step in loaded(text).steps] == [Release(version="1.1")] * 2


def test_text_with_a_byte_order_mark_or_other_line_ends_is_read(tmp_path):
    file = tmp_path / "s.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert load(file).title == "A test"


def test_a_person_can_do_several_things_at_once():
    order = (
        loaded(steps("- ssh: {server: 1, delete: /etc/motd, remove: [libpay], restart: true, who: ada}")).steps[0].order
    )
    assert isinstance(order, Ssh)
    assert [type(done).__name__ for done in order.operations] == ["DeleteFile", "RemovePackages", "RestartService"]


def test_the_editors_schema_knows_every_order_strategy_and_metric():
    schema = json_schema()
    assert schema["$schema"].startswith("https://json-schema.org/")
    parts = schema["$defs"]
    assert parts["StepSpec"]["properties"].keys() == {"at", "fleets", "may-fail", *ORDERS}
    assert parts["Choice"]["properties"].keys() == STRATEGIES.keys()
    assert parts["Expected"]["properties"].keys() == METRICS.keys()


def test_the_editors_schema_says_what_each_key_means_and_refuses_unknown_ones():
    mappings = [part for part in (json_schema(), *json_schema()["$defs"].values()) if "properties" in part]
    assert all(part["additionalProperties"] is False for part in mappings)
    assert all(part["description"] for part in mappings)


def test_the_editors_schema_takes_shorthands_and_exactly_one_order():
    parts = json_schema()["$defs"]
    release = parts["StepSpec"]["properties"]["release"]
    assert [branch.get("type", branch.get("$ref")) for branch in release["anyOf"]] == ["string", "#/$defs/Release"]
    assert {"type": "null"} in parts["StepSpec"]["properties"]["rollback"]["anyOf"]
    assert parts["StepSpec"]["oneOf"] == [{"required": [verb]} for verb in ORDERS]


def test_the_editors_schema_shows_defaults_as_a_scenario_would_write_them():
    parts = json_schema()["$defs"]
    assert parts["TrafficSpec"]["properties"]["rate"]["default"] == "20/s"
    assert parts["Rolling"]["properties"]["drain"]["default"] == "10s"
    assert "default" not in parts["StepSpec"]["properties"]["at"]


def test_checking_a_scenario_loads_nothing_heavy():
    heavy = "{'docker', 'textual', 'networkx', 'numpy', 'aiohttp', 'rich'}"
    program = f"import sys, lab.scenario.loader; print({heavy} & {{name.split('.')[0] for name in sys.modules}})"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout == "set()\n"
