"""The scenarios that can be chosen from."""

import os

from lab import resources
from lab.scenario.loader import load
from lab.tui.catalogue import DEMO, FILES, catalogue, described, sandbox, words

GOOD = (resources.scenarios() / "pets-and-cattle.yaml").read_text()


def own(folder):
    return [entry for entry in catalogue(folder) if not entry.shipped]


def test_everything_that_ships_is_there_the_demo_first(tmp_path):
    entries = catalogue(tmp_path)
    assert {entry.path for entry in entries} == {*resources.scenarios().glob("*.yaml")}
    assert entries[0].name == DEMO
    assert all(entry.scenario and entry.title and entry.summary and "\n" not in entry.summary for entry in entries)


def test_files_of_the_folder_that_are_scenarios_come_after(tmp_path):
    (tmp_path / "mine.yaml").write_text(GOOD)
    (tmp_path / "docker-compose.yaml").write_text("services:\n  web: {image: nginx}\nversion: '3'\n")
    (tmp_path / "pipeline.yaml").write_text("steps:\n  - script: make\n")
    (tmp_path / "notes.txt").write_text(GOOD)
    assert [(entry.name, entry.title) for entry in own(tmp_path)] == [("mine.yaml", "The same release, twice")]


def test_a_file_with_mistakes_is_there_with_all_of_them_and_their_places(tmp_path):
    (tmp_path / "bad.yaml").write_text(GOOD.replace("{servers: 6", "{servers: many"))
    (entry,) = own(tmp_path)
    assert entry.scenario is None
    assert entry.summary == "2 mistakes"
    assert [mistake.split("  ")[0] for mistake in entry.mistakes] == [
        f"{entry.path}:22:21",
        f"{entry.path}:23:21",
    ]


def test_what_is_no_plain_file_is_passed_over(tmp_path):
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "gone.yaml").symlink_to(tmp_path / "nowhere")
    (tmp_path / "large.yaml").write_text(GOOD + "#" * 300_000)
    assert own(tmp_path) == []


def test_a_folder_that_cannot_be_read_has_nothing(tmp_path):
    assert own(tmp_path / "none") == []


def test_a_folder_of_many_files_is_not_read_to_its_end(tmp_path):
    for number in range(FILES + 5):
        (tmp_path / f"{number:04}.yaml").write_text("title: x\nfleets: y\n")
    assert len(own(tmp_path)) == FILES


def test_in_the_folder_that_ships_nothing_is_there_twice():
    assert own(resources.scenarios()) == []


def test_titles_cannot_steer_the_terminal_or_pass_for_markup(tmp_path):
    (tmp_path / "odd.yaml").write_text(GOOD.replace("title: The same release, twice", 'title: "[red]\\u0085odd"'))
    (entry,) = own(tmp_path)
    assert "\x85" not in entry.title + "".join(entry.mistakes)


def test_a_scenario_is_described_in_words():
    told = dict(described(load(resources.scenarios() / "pets-and-cattle.yaml")))
    assert told["Fleets"] == [
        "pets: 6 servers of 1.0, in-place (patched where they stand)",
        "cattle: 6 servers of 1.0, rolling (replaced)",
    ]
    assert told["Versions"] == ["1.0, 1.1"]
    assert told["Steps"][1:4] == ["at 8.0 s: “Here comes 1.1.”", "release 1.1", "wait-until healthy 6, version 1.1"]
    assert told["Expected at the end"][1].startswith("cattle: version 1.0, refused 0")


def test_a_step_says_to_which_fleets_it_goes():
    steps = load(resources.scenarios() / "blue-green.yaml").steps
    assert "rollback (pets)" in [words(step) for step in steps]


def test_the_filter_looks_into_names_titles_and_descriptions(tmp_path):
    found = {entry.name for entry in catalogue(tmp_path) if entry.matches("canary 200")}
    assert found == {"canary"}


def test_the_sandbox_has_a_good_and_a_harmful_version_for_six_pets_and_six_cattle():
    scenario = load(sandbox())
    assert [(fleet.name, fleet.servers, fleet.strategy) for fleet in scenario.fleets] == [
        ("pets", 6, "in-place"),
        ("cattle", 6, "blue-green"),
    ]
    assert [(version, recipe.behaviour.errors > 0.05) for version, recipe in scenario.recipes.items()] == [
        ("1.0", False),
        ("1.1", False),
        ("1.2", True),
    ]
    assert [step.order.verb for step in scenario.steps] == ["say"]
    assert scenario.rate == 50
