"""Each kind of mistake: its line and column, what was found, what was expected, and what was meant."""

import pytest

from lab.model import orders
from lab.scenario.loader import load_text
from lab.scenario.mistakes import Mistake, ScenarioError, printable
from lab.strategies import STRATEGIES
from tests.scenario.texts import GOOD, changed, mistakes, only_mistake, steps

ORDERS = ", ".join(orders.ORDERS)


def test_a_misspelt_key_is_shown_with_the_key_that_was_meant():
    line, column, path, found, expected, meant = only_mistake(changed("title", "titel"))
    assert (line, column, path, found, meant) == (1, 1, "titel", "an unknown key", "title")
    assert expected == "one of title, about, seed, service, traffic, fleets, steps, expect"


def test_a_misspelt_key_is_not_also_a_missing_one_and_what_stands_under_it_is_checked():
    found = mistakes(steps("- kill: {servr: 9}"))
    assert [(m[:3], m[5]) for m in found] == [
        ((10, 12, "steps[0].kill.servr"), "server"),
        ((10, 19, "steps[0].kill.servr"), None),
    ]
    assert found[1][3:5] == ("9", "a server number from 1 to 3")


def test_a_key_that_is_like_no_other_is_shown_without_a_suggestion():
    assert only_mistake(GOOD + "xyzzy: 1\n")[5] is None


def test_keys_have_dashes_not_underscores():
    found = only_mistake(changed("rolling}", "{rolling: {max_surge: 2}}}"))
    assert found[2:] == (
        "fleets.cattle.strategy.rolling.max_surge",
        "an unknown key",
        "one of max-surge, max-unavailable, stop-first, health-check, healthy-within, drain",
        "max-surge",
    )


@pytest.mark.parametrize(
    ("text", "line", "column", "path", "found", "expected"),
    [
        (changed("servers: 3", "servers: many"), 7, 19, "fleets.pets.servers", '"many"', "a whole number"),
        (changed("servers: 3", "servers: yes"), 7, 19, "fleets.pets.servers", "yes", "a whole number"),
        (changed("servers: 3", "servers: 0"), 7, 19, "fleets.pets.servers", "0", "at least 1"),
        (changed("title: A test", "title: [A]"), 1, 8, "title", "a list", "text (a number, a date"),
        (changed("title: A test", "title:"), 1, 7, "title", "nothing", "text (a number, a date"),
        (
            changed("{from: ", "[from: ").replace('"1.0"}\nfl', '"1.0"]\nfl'),
            5,
            12,
            'service.versions."1.1"',
            "a list",
            "a mapping",
        ),
        (GOOD + "seed: -1\n", 11, 7, "seed", "-1", "at least 0"),
        (GOOD + "traffic: {rate: 50}\n", 11, 17, "traffic.rate", "50", "a rate such as 50/s"),
        (GOOD + "traffic: {slo: soon}\n", 11, 16, "traffic.slo", '"soon"', "a duration such as 250ms"),
        (GOOD + "traffic: {slo: 2.5}\n", 11, 16, "traffic.slo", "2.5", "a duration such as 250ms"),
        (GOOD + "traffic: {interval: 10ms}\n", 11, 21, "traffic.interval", '"10ms"', "a duration of at least 100ms"),
        (GOOD + "traffic: {interval: 999d}\n", 11, 21, "traffic.interval", '"999d"', "at most 366d"),
        (
            changed('{from: "1.0"}', "{behaviour: {errors: 400%}}"),
            5,
            33,
            'service.versions."1.1".behaviour.errors',
            '"400%"',
            "at most 100%",
        ),
        (
            steps("- fault: {step: instal, server: 1}"),
            10,
            19,
            "steps[0].fault.step",
            '"instal"',
            "one of fetch, install, restart, verify",
        ),
        (
            steps("- fault: {step: install, count: 4}"),
            10,
            35,
            "steps[0].fault.count",
            "4",
            "a number of servers from 1 to 3",
        ),
        (steps("- ssh: {server: 1}"), 10, 10, "steps[0].ssh", "a mapping", "something to do"),
        (steps("- say: 5"), 10, 10, "steps[0].say", "5", "text"),
        (steps("- fleets: []", "  scan:"), 10, 13, "steps[0].fleets", "an empty list", "at least 1 of them"),
        (
            GOOD + "expect: {pets: {dropped: none}}\n",
            11,
            26,
            "expect.pets.dropped",
            '"none"',
            "a number or a comparison",
        ),
        (GOOD + "expect: {pets: {dropped: }}\n", 11, 26, "expect.pets.dropped", "nothing", "a number or a comparison"),
        (
            changed("service:\n", "service:\n  image: nginx\n"),
            3,
            10,
            "service.image",
            '"nginx"',
            "storefront, the lab's sample service",
        ),
        (
            changed("strategy: rolling", "strategy: {}"),
            8,
            50,
            "fleets.cattle.strategy",
            "an empty mapping",
            "one strategy",
        ),
    ],
)
def test_a_value_of_the_wrong_kind_is_shown_at_its_place(text, line, column, path, found, expected):
    mistake = only_mistake(text)
    assert mistake[:4] == (line, column, path, found)
    assert expected in mistake[4]


@pytest.mark.parametrize("key", ["title", "service", "fleets", "steps"])
def test_a_required_key_that_is_missing_is_named(key):
    start = GOOD.index(f"{key}:")
    end = next((i for i in (GOOD.find("\n" + c, start) for c in "tsf") if i > 0), len(GOOD))
    found = mistakes(GOOD[:start] + GOOD[end + 1 :])
    assert (1, 1, "", f"no `{key}`", "this key, which is required", None) in found


def test_a_version_without_quotes_is_shown_as_it_was_written():
    mistake = only_mistake(changed('version: "1.0", strategy: rolling', "version: 1.10, strategy: rolling"))
    assert mistake[:4] == (8, 33, "fleets.cattle.version", "1.10")
    assert "in quotes: without them YAML reads a number, and 1.10 becomes 1.1" in mistake[4]


def test_a_version_defined_without_quotes_is_shown_as_it_was_written_and_counts_as_defined():
    mistake = only_mistake(changed('"1.1": {', "1.10: {").replace('release: "1.1"', 'release: "1.10"'))
    assert mistake[:3] == (5, 5, 'service.versions."1.10"')
    assert mistake[3] == "1.10 as a key, which YAML reads as a number"
    assert mistake[4] == 'text: in quotes, as "1.10"'


def test_an_undefined_version_is_shown_with_those_that_are_defined():
    assert only_mistake(steps('- release: "1.11"')) == (
        10,
        14,
        "steps[0].release",
        '"1.11"',
        "a version that is defined under service.versions: 1.0, 1.1",
        "1.1",
    )


@pytest.mark.parametrize("what", ['wait-until: {version: "1.7"}', 'wait-until: {declared-version: "1.7"}'])
def test_a_version_that_is_waited_for_must_be_defined(what):
    assert "a version that is defined" in only_mistake(steps(f"- {what}"))[4]


def test_mixed_versions_can_be_waited_for_and_expected():
    text = steps("- wait-until: {version: mixed}") + "expect: {pets: {version: none}}\n"
    (expectation,) = load_text(text, "s.yaml").expectations
    assert expectation.comparison.holds("none")


def test_an_undefined_fleet_is_shown_in_steps_and_expectations():
    text = steps("- fleets: [pets, catle]", "  scan:") + "expect:\n  pts: {dropped: 0}\n"
    assert mistakes(text) == [
        (10, 20, "steps[0].fleets[1]", '"catle"', "the name of a fleet: pets, cattle", "cattle"),
        (13, 3, "expect.pts", '"pts" as a key', "the name of a fleet: pets, cattle", "pets"),
    ]


def test_an_unknown_strategy_is_shown_with_the_one_that_was_meant():
    assert only_mistake(changed("rolling", "roling")) == (
        8,
        50,
        "fleets.cattle.strategy",
        '"roling"',
        f"a strategy: {', '.join(STRATEGIES)}",
        "rolling",
    )


@pytest.mark.parametrize(
    ("fleets", "largest"), [("", 3), ("fleets: [cattle]", 5), ("fleets: [pets]", 3), ("fleets: [cattle, pets]", 3)]
)
def test_a_server_number_must_exist_in_every_fleet_that_the_order_goes_to(fleets, largest):
    text = steps("- at: 1s", *([f"  {fleets}"] if fleets else []), "  kill: {servers: [1, 6]}")
    line = 12 if fleets else 11
    assert only_mistake(text)[:5] == (
        line,
        25,
        "steps[0].kill.servers[1]",
        "6",
        f"a server number from 1 to {largest}",
    )


def test_from_an_undefined_version_is_a_mistake():
    assert only_mistake(changed('from: "1.0"', 'from: "0.9"'))[:4] == (5, 19, 'service.versions."1.1".from', '"0.9"')


@pytest.mark.parametrize(
    ("versions", "cycle"),
    [
        ('"1.0": {from: "1.0"}', "1.0 → 1.0"),
        ('"1.0": {from: "1.2"}, "1.1": {from: "1.0"}, "1.2": {from: "1.1"}', "1.0 → 1.2 → 1.1 → 1.0"),
    ],
)
def test_a_cycle_of_versions_is_shown_whole_and_once(versions, cycle):
    text = changed('"1.1": {from: "1.0"}', '"1.1": {}')
    text = text[: text.index("  versions:")] + f"  versions: {{{versions}}}\n" + text[text.index("fleets:") :]
    found = [m for m in mistakes(text) if m[2].endswith(".from")]
    assert [m[:4] for m in found] == [(3, 28, 'service.versions."1.0".from', f"a cycle: {cycle}")]


def test_a_step_that_begins_before_an_earlier_one_is_shown_with_the_time_it_may_have():
    text = steps("- at: 10s", "  scan:", "- say: x", "- at: 9s", "  scan:", "- at: 1m", "  scan:")
    assert only_mistake(text) == (13, 9, "steps[2].at", '"9s"', "10s or later, when steps[0] begins", None)


def test_two_orders_in_one_step_are_a_mistake():
    assert only_mistake(steps("- scan:", "  kill: {server: 1}")) == (
        11,
        5,
        "steps[0].kill",
        "a second order, after `scan`",
        "one order in a step",
        None,
    )


def test_a_step_without_an_order_is_a_mistake():
    assert only_mistake(steps("- at: 5s")) == (10, 5, "steps[0]", "a step without an order", f"one of {ORDERS}", None)


def test_a_key_that_stands_twice_is_shown_with_the_line_of_the_first():
    text = changed("service:\n", "service:\n  image: storefront\n  image: storefront\n")
    assert only_mistake(text) == (
        4,
        3,
        "service.image",
        "the same key again",
        "each key once: it is first on line 3",
        None,
    )


def test_two_fleets_cannot_have_the_same_port():
    text = GOOD.replace("in-place}", "in-place, port: 8080}").replace("rolling}", "rolling, port: 8080}")
    assert only_mistake(text)[:5] == (8, 65, "fleets.cattle.port", "8080", "a port of its own: pets has this one")


def test_the_service_is_no_library_of_itself():
    assert only_mistake(changed("libpay", "storefront"))[2:4] == (
        'service.versions."1.0".packages.storefront',
        "the service itself",
    )


def test_all_mistakes_are_in_one_report_in_the_order_of_the_file():
    text = """\
titel: All wrong
service:
  versions:
    "1.0": {from: "1.1", packages: {libpay: 1.10}}
    "1.1": {from: "1.0", behaviour: {latency: fast}}
fleets:
  pets: {servers: "3", version: "1.2", strategy: in-plase}
  cattle: {servers: 4, version: "1.0", strategy: rolling}
  cattle: {servers: 5, version: "1.0", strategy: rolling}
steps:
  - at: 10s
    relaese: "1.3"
  - at: 5s
    ssh: {server: 5, wirte: {path: etc/motd, content: x}}
    scan:
  - wait-until: {helthy: 3, within: ever}
expect:
  cattel: {dropped: zero}
"""
    assert [m[:3] for m in mistakes(text)] == [
        (1, 1, "titel"),
        (4, 19, 'service.versions."1.0".from'),
        (4, 45, 'service.versions."1.0".packages.libpay'),
        (5, 47, 'service.versions."1.1".behaviour.latency'),
        (7, 19, "fleets.pets.servers"),
        (7, 33, "fleets.pets.version"),
        (7, 50, "fleets.pets.strategy"),
        (9, 3, "fleets.cattle"),
        (12, 5, "steps[0].relaese"),
        (12, 14, "steps[0].relaese"),
        (13, 9, "steps[1].at"),
        (14, 19, "steps[1].ssh.server"),
        (14, 22, "steps[1].ssh.wirte"),
        (14, 36, "steps[1].ssh.wirte.path"),
        (15, 5, "steps[1].scan"),
        (16, 18, "steps[2].wait-until.helthy"),
        (16, 37, "steps[2].wait-until.within"),
        (18, 3, "expect.cattel"),
        (18, 21, "expect.cattel.dropped"),
    ]


def test_a_report_has_one_paragraph_for_each_mistake_with_its_place_first():
    error = ScenarioError(
        [
            Mistake("f.yaml", 3, 1, "steps[0]", "nothing", "an order"),
            Mistake("f.yaml", 1, 2, "titel", "an unknown key", "one of title", "title"),
        ]
    )
    assert str(error) == (
        "f.yaml:1:2  titel: found an unknown key, expected one of title; did you mean title?\n\n"
        "f.yaml:3:1  steps[0]: found nothing, expected an order"
    )
    assert error.exit_code == 2


def test_a_report_of_very_many_mistakes_counts_the_last_ones_only():
    report = str(ScenarioError(Mistake("f", line, 1, "", "a", "b") for line in range(1, 1001)))
    assert report.count("\n\n") == 50
    assert report.endswith("… and 950 more mistakes")


def test_nothing_in_a_report_moves_the_cursor_or_reverses_the_text():
    assert printable("a\x1b[31m\r\n\u202e\x9bü→😀") == "a\\x1b[31m\\r\\n\\u202e\\x9bü→😀"
    assert "\x1b" not in str(Mistake("a\x1b[2J", 1, 1, "\x1b", "\x1b", "\x1b", "\x1b"))


LINE = changed("fleets:", '    "1.2": {from: "1.1"}\n    "2.0": {packages: {libpay: "2.0"}}\nfleets:')


@pytest.mark.parametrize(
    ("good", "bad", "expected"),
    [
        ("1.2", "1.0", "a version that 1.2 neither is nor derives from"),
        ("1.1", "1.1", "a version that 1.1 neither is nor derives from"),
        ("1.1", "2.0", "a version that derives from what 1.1 derives from: 1.1, 1.0"),
    ],
)
def test_a_bisection_needs_versions_with_something_between_them(good, bad, expected):
    text = changed('- release: "1.1"', f'- bisect: {{good: "{good}", bad: "{bad}"}}', LINE)
    assert only_mistake(text) == (12, 32, "steps[0].bisect.bad", f'"{bad}"', expected, None)


def test_a_bisection_between_versions_that_are_not_defined_is_told_once_for_each():
    text = changed('- release: "1.1"', '- bisect: {good: "7.0", bad: "8.0"}', LINE)
    assert [found[2] for found in mistakes(text)] == ["steps[0].bisect.good", "steps[0].bisect.bad"]


def test_what_a_probe_may_show_is_a_comparison():
    text = steps('- bisect: {good: "1.0", bad: "1.1", probe: {errors: few, requests: 0}}')
    assert [found[2:5] for found in mistakes(text)] == [
        ("steps[0].bisect.probe.errors", '"few"', 'a number or a comparison such as 0, "> 1", "<= 2", "< 250ms"'),
        ("steps[0].bisect.probe.requests", "0", "at least 1"),
    ]
