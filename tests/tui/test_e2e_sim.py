"""The real program in a real terminal, on the simulator: opened, used and left as a person would."""

import re
from collections.abc import Iterator

import pytest

from tests.tui.person import Desk, give, leave, open_small
from tests.tui.tmux import Terminal


@pytest.fixture
def desk(tmp_path) -> Desk:
    return Desk(tmp_path, "sim")


@pytest.fixture
def person(desk: Desk) -> Iterator[Terminal]:
    with desk.lab() as opened:
        yield opened


def test_a_session_from_its_beginning_to_its_end(desk: Desk, person: Terminal) -> None:
    person.until("sim: simulated", "A sandbox")
    person.keys("n")
    person.until("pets · in-place · 1.0 · 6/6", "cattle · blue-green · 1.0 · 6/6", "Both fleets run 1.0")

    give(person, "r", "- release: {version: '1.1'}")
    person.until("blue no traffic", "green 100% of the traffic, 6 servers, image b 1.1", "cattle · blue-green · 1.1")
    person.keys("+", "+")
    person.until("×5", "pets release done")

    person.keys("e")
    person.until("pets-1: itself", "# set timeout 30")
    person.type("set timeout 30")
    person.keys("Enter")
    person.until("done")
    person.type("exit")
    person.keys("Enter")
    person.until("pets ≠ 1 of 6 servers drifted", "app.toml#timeout", "10 ≠ 30", "you by hand", "≠ pets-1")

    person.keys("1", "e")
    person.until("a copy of cattle-1, thrown away when you leave")
    person.type("write /etc/motd hello")
    person.keys("Enter")
    person.until("done")
    person.keys("Escape")
    person.until("The copy is gone", "/etc/motd")

    give(person, "b", "- rollback: {}", destroys=True)
    person.until("blue 100% of the traffic, 6 servers, image a 1.0", "green no traffic")
    person.until("pets rollback done")

    person.keys("w")
    person.until("Saved as a scenario")
    leave(person, "r")
    person.keys("q")
    assert person.ended() == 0
    assert "Traceback" not in person.everything

    told = desk.run("replay", desk.session, "--text")
    assert told.stdout.count("release done") == told.stdout.count("rollback done") == 2, told.stdout + told.stderr
    (saved,) = {*desk.folder.glob("*.yaml")} - {desk.folder / "small.yaml", desk.folder / "settings.yaml"}
    again = desk.run("play", saved.name, "--engine", "sim")
    assert again.returncode == 0, again.stdout + again.stderr
    assert again.stdout.count("rollback done") == 2


def test_a_recording_is_wound_forward_and_back_and_left(desk: Desk) -> None:
    assert desk.run("play", "pets-and-cattle", "--engine", "sim", "--journal", "told.jsonl").returncode == 0
    with desk.lab("replay", "told.jsonl") as person:
        person.until("The same release, twice", "replay", "pets · in-place · 1.0 · 6/6")
        person.keys("Space")
        person.keys(*"]]]]")
        person.until_so(lambda seen: position(seen) >= 20, "wound forward")
        person.until("pets · in-place · 1.1 · 6/6 · 1 drifted", "on-call")
        person.keys(*"[[[[")
        person.until_so(lambda seen: position(seen) < 5, "wound back")
        person.until("pets · in-place · 1.0")
        person.keys("v")
        person.until("Every server says 1.0 again")
        person.keys("q")
        assert person.ended() == 0
        assert "Traceback" not in person.everything


def position(screen: str) -> float:
    """The moment that is shown, in seconds of lab time."""
    minutes, seconds = re.findall(r"^ \S+ (\d+):([\d.]+)", screen, re.MULTILINE)[-1]
    return int(minutes) * 60 + float(seconds)


def test_the_engine_is_chosen_on_the_home_screen(desk: Desk, person: Terminal) -> None:
    person.until("● sim")
    person.keys("e")
    person.until("● docker")
    person.keys("e", "e")
    person.until("● sim")
    open_small(person)
    assert "Small  sim" in person.screen
    leave(person, "r")
    person.keys("q")
    assert person.ended() == 0


def test_who_changes_their_mind_at_once_leaves_without_a_complaint(person: Terminal) -> None:
    person.until("sim: simulated", "A sandbox")
    person.keys("n", "q")
    assert person.ended() == 0
    assert "Warning" not in person.everything
