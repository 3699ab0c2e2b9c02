"""What is known of a server, as text."""

import io

import pytest
from rich.console import Console

from lab.journal import read
from lab.model.look import ContentChange, Look, Usage
from lab.tui import server_facts as facts
from lab.tui.picture import Picture
from tests.tui.opened import SWITCH
from tests.tui.pictures import TIMEOUT


def at(moment):
    picture = Picture()
    for event in read(SWITCH):
        if event.at <= moment:
            picture.take(event)
    return picture


def text(what, width=100):
    console = Console(file=io.StringIO(), width=width, color_system=None)
    console.print(what)
    return console.file.getvalue()


def look(drift=(), changes=(), packages=None):
    return Look(
        at=1.0,
        fleet="pets",
        server="pets-3",
        image="1.0",
        digest="sha256:0",
        declared="1.0",
        command="docker run x",
        uptime=1.0,
        packages=packages or {},
        drift=drift,
        changes=changes,
    )


def test_the_head_says_what_it_is_and_how_long_it_has_been_up():
    head = text(facts.head(at(28.0), "pets-3", Usage()))
    assert "pets-3, number 3 of pets, pool main: healthy" in head
    assert "launched at 00:00.0, up 00:28.0" in head
    assert "2 differences from 1.2 (scanned at 00:26.0)" in head


def test_before_the_first_scan_no_drift_is_claimed():
    head = text(facts.head(at(5.0), "pets-3", Usage()))
    assert "no drift known (never scanned)" in head


def test_a_server_that_has_gone_is_said_to_have_gone():
    assert "cattle-1 is gone" in text(facts.head(at(37.0), "cattle-1", Usage()))


@pytest.mark.parametrize(
    ("usage", "words"),
    [
        (Usage(), "not known"),
        (Usage(cpu=0.25), "25% of a core"),
        (Usage(0.0, 12 * facts.MIB, 256 * facts.MIB), "0% of a core, 12.0 of 256 MiB"),
    ],
)
def test_as_much_of_its_usage_is_said_as_is_known(usage, words):
    assert facts.used(usage) == words


def test_a_server_as_declared_is_said_to_be_so():
    assert text(facts.changes(look())) == "Exactly what image 1.0 declares.\n"


def test_changes_are_names_first_and_then_lines_from_declared_to_actual():
    change = ContentChange("/etc/app.toml", "a = 1\nb = 2\n", "a = 1\nb = 3\n", "mode 0600")
    told = text(facts.changes(look((TIMEOUT,), (change,)))).splitlines()
    assert told[0].startswith("≠ config:/etc/storefront/app.toml#timeout")
    assert told[1:] == ["", "/etc/app.toml  mode 0600", "@@ -1,2 +1,2 @@", " a = 1", "-b = 2", "+b = 3"]


def test_commands_have_their_time_their_author_and_are_moved_in_as_a_whole():
    told = text(facts.commands(at(28.0), "pets-3"), 60).splitlines()
    assert told[0] == "00:23.9 ✓ verify by lab"
    heads = [line for line in told if line[:1] == "0"]
    assert heads[-1] == "00:04.1 ✓ ssh by mona"
    assert all(line.startswith(" " * facts.INDENT) for line in told if line not in heads)


def test_a_command_that_failed_says_why():
    assert "✗ fetch by lab" in text(facts.commands(at(28.0), "pets-5"))
    assert "pets-5 is dead" in text(facts.commands(at(28.0), "pets-5"))


def test_where_nothing_was_run_or_logged_that_is_said():
    assert text(facts.commands(at(1.0), "pets-1")) == "Nothing was run on it.\n"
    assert text(facts.logs(())) == "It has logged nothing.\n"


def test_the_newest_log_line_comes_first_and_none_steers_the_terminal():
    assert text(facts.logs(("old", "new\x1b[2J"))) == "new�[2J\nold\n"


def test_packages_that_are_not_as_declared_are_marked_by_a_sign():
    found = at(28.0).state.fleets["pets"].servers["pets-6"].drift
    drift = next(item for item in found if item.name == "package:libpay")
    told = text(facts.packages(look((drift,), packages={"libpay": "1.1", "storefront": "1.2"})))
    assert told.splitlines()[0].startswith("≠  libpay")
    assert told.splitlines()[1].startswith("   storefront")


def test_of_a_recorded_server_the_last_scan_is_told():
    assert "timeout: expected 10, got 30" in text(facts.recorded_drift(at(28.0), "pets-3"))
    assert "No drift was recorded" in text(facts.recorded_drift(at(5.0), "pets-3"))
