"""What people and terminals do to the program: it goes on, or ends with a word, and never with a traceback."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.tui.person import Desk, choose_small, give, leave, open_small
from tests.tui.tmux import LAB, Terminal, terminal

TINY = (40, 10)
CONFIRMATION = "No (n)"
RUBBISH = bytes(random.Random(7).randrange(256) for _ in range(50_000))
"""Control characters, half characters, and everything else."""


@dataclass(frozen=True)
class Opening:
    """Something that the lab screen opens: the keys, what is seen of it in a large and in a tiny terminal, and the key
    that closes it. `asks` says that ctrl+c there asks whether to leave the session; else it closes what is open.
    """

    keys: tuple[str, ...]
    shown: str
    tiny: str = ""
    close: str = "Escape"
    asks: bool = False

    def open(self, person: Terminal, tiny: bool = False) -> None:
        for key in self.keys:
            person.keys(key)
        person.until(self.tiny or self.shown if tiny else self.shown)

    def closed(self, person: Terminal, tiny: bool = False) -> None:
        person.until_gone(self.tiny or self.shown if tiny else self.shown)


OPENINGS = (
    Opening(("r",), "╭─ Release a version"),
    Opening(("t",), "╭─ Change the traffic"),
    Opening(("m",), "type to narrow it down"),
    Opening(("e",), "itself"),
    Opening(("C-p",), "🔎"),
    Opening(("Enter",), "Packages", asks=True),
    Opening(("/",), "esc No filter", asks=True),
    Opening(("?",), "One cell for", close="?", asks=True),
)


@pytest.fixture
def desk(tmp_path) -> Desk:
    return Desk(tmp_path, "sim")


@pytest.fixture
def person(desk: Desk) -> Iterator[Terminal]:
    with desk.lab(size=(120, 40)) as opened:
        yield opened


def ends_well(person: Terminal, code: int = 0) -> None:
    """It ends with this code, and without a traceback."""
    assert person.ended() == code, person.everything
    assert "Traceback" not in person.everything and "Error" not in person.everything


def asked(person: Terminal, key: str) -> None:
    """The key asks whether to leave; nobody wants to."""
    person.keys(key)
    person.until("Stay (esc)")
    person.keys("C-c")
    person.until_gone("Stay (esc)")


def test_ctrl_c_gives_up_what_is_open_and_asks_before_a_session_is_left(person: Terminal) -> None:
    open_small(person)
    for opening in OPENINGS:
        opening.open(person)
        if opening.asks:
            asked(person, "C-c")
        person.keys(opening.close if opening.asks else "C-c")
        opening.closed(person)
    asked(person, "C-c")
    person.keys("C-c")
    person.until("Stay (esc)")
    person.keys("r")
    person.until("Scenarios")
    person.keys("C-c")
    ends_well(person)


def test_a_question_before_something_is_destroyed_is_answered_with_no_by_ctrl_c(person: Terminal) -> None:
    open_small(person)
    person.keys("b")
    person.until("╭─ Roll back")
    person.keys("C-s")
    person.until(CONFIRMATION)
    person.keys("C-c")
    person.until_gone(CONFIRMATION)
    person.keys("C-c")
    person.until_gone("╭─ Roll back")
    assert "rollback" not in person.screen


def test_ctrl_q_asks_wherever_one_is_and_who_stays_is_not_taken_out_later(person: Terminal) -> None:
    open_small(person)
    for opening in OPENINGS:
        opening.open(person)
        asked(person, "C-q")
        person.keys(opening.close)
        opening.closed(person)
    leave(person, "r")
    person.keys("C-q")
    ends_well(person)


def test_ctrl_c_while_it_is_being_set_up_gives_the_session_up(person: Terminal) -> None:
    person.until("A sandbox")
    person.keys("n")
    person.until("Cancel (esc)")
    person.keys("C-c")
    person.until("Scenarios")
    person.keys("q")
    ends_well(person)


def test_everything_opens_in_a_terminal_of_40_by_10(desk: Desk) -> None:
    with desk.lab(size=TINY) as person:
        choose_small(person)
        person.until("pets", "1/1", within=30)
        person.until_gone("Cancel (esc)")
        for opening in OPENINGS:
            opening.open(person, tiny=True)
            person.keys(opening.close)
            opening.closed(person, tiny=True)
        leave(person, "r")
        person.keys("q")
        ends_well(person)


def test_a_storm_of_resizes_while_a_release_runs_leaves_a_screen_that_is_right(person: Terminal) -> None:
    open_small(person)
    give(person, "r", "- release: {version: '1.1'}")
    chance = random.Random(7)
    for _ in range(100):
        person.resize(chance.randint(20, 200), chance.randint(5, 60))
    person.resize(160, 50)
    person.until("pets · in-place · 1.1 · 1/1", "cattle · blue-green · 1.1", "Scorecard", "Drift", "pets release done")
    leave(person, "r")
    person.keys("q")
    ends_well(person)


def test_without_a_terminal_it_prints_its_help(desk: Desk) -> None:
    done = desk.run()
    assert done.returncode == 0
    assert "First steps" in done.stdout and "lab play pets-and-cattle" in done.stdout


def test_a_terminal_that_can_do_little_is_enough(desk: Desk) -> None:
    with terminal("env", "TERM=dumb", LAB, folder=desk.folder, environment=desk.environment) as person:
        person.until("A sandbox")
        person.keys("q")
        ends_well(person)


def test_settings_that_are_wrong_are_told_with_their_place(desk: Desk) -> None:
    (desk.folder / "settings.yaml").write_text("engine: sim\nthema: lab-light\nrate: fast\n")
    with desk.lab() as person:
        ends = person.ended()
        assert ends == 2
        assert "settings.yaml:2:1" in person.everything and "settings.yaml:3:7" in person.everything
        assert "Traceback" not in person.everything


def test_a_state_folder_that_cannot_be_written_is_told_and_home_goes_on(desk: Desk) -> None:
    with desk.lab(environment={"LAB_STATE_DIR": str(desk.folder / "small.yaml" / "state")}) as person:
        person.until("A sandbox")
        person.keys("n")
        person.until("cannot make the state folder", "LAB_STATE_DIR")
        person.keys("C-q")
        assert person.ended() in (0, 1)
        assert "Traceback" not in person.everything


def test_rubbish_that_is_pasted_anywhere_does_no_harm(person: Terminal) -> None:
    open_small(person)
    person.paste(RUBBISH)
    asked(person, "C-c")
    for opening in OPENINGS:
        opening.open(person)
        person.paste(RUBBISH)
        asked(person, "C-q")
        person.keys(opening.close)
        opening.closed(person)
    leave(person, "r")
    person.paste(RUBBISH)
    person.keys("C-q")
    ends_well(person)
