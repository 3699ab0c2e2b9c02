"""The home screen, in an app of its own that notes what it posts."""

import asyncio
import contextlib
import socket
import threading
from pathlib import Path

import pytest
from textual.app import App
from textual.widgets import DataTable, Input, Static

from lab import resources
from lab.engines.docker.probe import Probe
from lab.journal import encode
from lab.sessions import Session
from lab.tui.catalogue import sandbox
from lab.tui.screens.home import HomeScreen, ScenarioFilter
from lab.tui.screens.open_journal import OpenJournalScreen
from lab.tui.themes import THEMES
from lab.tui.widgets.engine_line import EngineLine, used
from lab.tui.widgets.key_bar import KeyBar
from lab.tui.widgets.scenario_details import ScenarioDetails
from lab.tui.widgets.scenario_list import ScenarioList
from tests.tui.pictures import events_of
from tests.tui.piloting import piloted, until

GOOD = (resources.scenarios() / "pets-and-cattle.yaml").read_text()
GONE = Probe(False, "the Docker engine gave no answer", "Start Docker, or use `--engine sim`")
KEYS = {"/": "slash", "-": "minus", ".": "full_stop"}
HERE = Probe(True, "Docker 20.10, API 1.41")


class Home(App[None]):
    """The home screen, and what it posted."""

    def __init__(self, folder, engine="auto"):
        super().__init__()
        self.home = HomeScreen(engine, folder)
        self.played = []
        self.opened = []
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = "lab-dark"

    def on_mount(self):
        self.push_screen(self.home)

    def on_home_screen_play(self, event):
        self.played.append((event.path.name, event.engine))

    def on_home_screen_open_journal(self, event):
        self.opened.append(event.path)


@pytest.fixture(scope="module", autouse=True)
def session_that_was():
    """Played before any test's own loop runs: the simulator has a loop itself."""
    events_of("a-zone-fails")


@pytest.fixture(autouse=True)
def no_docker(monkeypatch, tmp_path):
    """An engine that answers no one, at once; and a state folder of our own."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    monkeypatch.setenv("LAB_STATE_DIR", str(tmp_path / "state"))


@contextlib.asynccontextmanager
async def home(folder, engine="auto", size=(100, 30)):
    """A home screen that has read its scenarios."""
    app = Home(folder, engine)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.home.query(ScenarioList) and app.home.query_one(ScenarioList).option_count)
        await pilot.pause()
        yield app, pilot


def text(app, selector):
    """What a Static of the current screen shows."""
    return str(app.screen.query_one(selector, Static).content)


def details(app):
    return str(app.home.query_one(ScenarioDetails).query_one(Static).content)


@piloted
async def test_enter_plays_the_scenario_that_is_highlighted(tmp_path):
    async with home(tmp_path, "sim") as (app, pilot):
        await pilot.press("enter")
        await until(pilot, lambda: app.played)
        assert app.played == [("pets-and-cattle.yaml", "sim")]


@piloted
async def test_the_details_follow_the_highlight(tmp_path):
    async with home(tmp_path) as (app, pilot):
        assert "cattle: 6 servers of 1.0, rolling" in details(app)
        await pilot.press("j")
        await until(pilot, lambda: details(app).startswith("A server dies"))
        await pilot.press("k")
        await until(pilot, lambda: details(app).startswith("The same release, twice"))


@piloted
async def test_n_begins_a_session_with_the_default_fleets(tmp_path):
    async with home(tmp_path) as (app, pilot):
        await pilot.press("n")
        await until(pilot, lambda: app.played)
        assert app.played == [(sandbox().name, "auto")]


@piloted
async def test_a_file_with_mistakes_shows_them_and_is_not_played_until_it_is_right(tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text(GOOD.replace("strategy: rolling", "strategy: roling"))
    async with home(tmp_path) as (app, pilot):
        await pilot.press("G", "enter")
        await until(pilot, lambda: ":23:50" in details(app))
        assert "did you mean rolling?" in details(app)
        assert app.played == []
        bad.write_text(GOOD)
        await pilot.press("r")
        await until(pilot, lambda: details(app).startswith("The same release, twice"))
        await pilot.press("enter")
        await until(pilot, lambda: app.played)
        assert app.played == [("bad.yaml", "auto")]


@piloted
async def test_the_filter_narrows_the_list_and_escape_takes_it_away(tmp_path):
    async with home(tmp_path) as (app, pilot):
        listing = app.home.query_one(ScenarioList)
        every = listing.option_count
        await pilot.press("slash", *"200")
        await until(pilot, lambda: listing.option_count == 1)
        line, footer = app.home.query_one(ScenarioFilter).region, app.home.query_one(KeyBar).region
        assert line.height == 1
        assert not line.overlaps(footer)
        await pilot.press("enter")
        await until(pilot, lambda: app.focused is listing)
        assert listing.border_subtitle == "filter: 200"
        await pilot.press("slash", "escape")
        await until(pilot, lambda: listing.option_count == every)
        assert not app.home.query_one(ScenarioFilter).has_focus


@piloted
async def test_a_filter_that_nothing_matches_leaves_nothing_to_play(tmp_path):
    async with home(tmp_path) as (app, pilot):
        await pilot.press("slash", *"zzz", "enter", "enter")
        await until(pilot, lambda: details(app) == "")
        assert app.played == []


@piloted
async def test_without_docker_the_reason_and_what_to_do_are_shown(tmp_path):
    async with home(tmp_path) as (app, pilot):
        await until(pilot, lambda: "sim: Docker cannot be used here" in text(app, EngineLine))
        assert "! Docker cannot be used." in text(app, "#advice")
        assert "Start Docker" in text(app, "#advice")


@piloted
async def test_docker_is_not_played_on_where_it_cannot_be_used(tmp_path):
    async with home(tmp_path, "docker") as (app, pilot):
        await until(pilot, lambda: "cannot be used" in text(app, EngineLine))
        await pilot.press("enter", "e", "e", "enter")
        await until(pilot, lambda: app.played)
        assert app.played == [("pets-and-cattle.yaml", "sim")]


@piloted
async def test_the_engine_is_switched_by_key_and_by_mouse(tmp_path):
    async with home(tmp_path) as (app, pilot):
        await pilot.press("e")
        assert app.home.engine == "sim"
        assert "● sim" in text(app, EngineLine)
        await pilot.click(EngineLine, offset=(27, 0))
        await until(pilot, lambda: app.home.engine == "docker")


@piloted
async def test_an_engine_that_hangs_keeps_no_key_waiting_and_no_one_from_quitting(tmp_path, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{silent.getsockname()[1]}")
        loop = asyncio.get_running_loop()
        async with home(tmp_path) as (app, pilot):
            assert "looking for Docker …" in text(app, EngineLine)
            before = loop.time()
            await pilot.press("j", "k", "e")
            assert loop.time() - before < 1
            assert app.home.engine == "sim"
            asked = [thread for thread in threading.enumerate() if thread.name == "lab-question"]
            assert all(thread.daemon for thread in asked)
            await pilot.press("q")
        assert loop.time() - before < 2


@pytest.mark.parametrize(
    ("chosen", "found", "engine", "why"),
    [
        ("auto", None, "", "looking for Docker …"),
        ("auto", HERE, "docker", "Docker 20.10"),
        ("auto", GONE, "sim", "Docker cannot be used here"),
        ("sim", None, "sim", "you chose it"),
        ("docker", HERE, "docker", "Docker 20.10"),
        ("docker", GONE, "docker", "cannot be used"),
    ],
)
def test_the_engine_and_the_reason_for_it_are_told(chosen, found, engine, why):
    told = used(chosen, found)
    assert told[0] == engine
    assert why in told[1]


@piloted
async def test_one_click_shows_and_two_play(tmp_path):
    async with home(tmp_path) as (app, pilot):
        await pilot.click(ScenarioList, offset=(5, 3))
        await until(pilot, lambda: details(app).startswith("A server dies"))
        await pilot.pause()
        assert app.played == []
        await pilot.click(ScenarioList, offset=(5, 3), times=2)
        await until(pilot, lambda: app.played)
        assert app.played == [("a-server-dies.yaml", "auto")]


@pytest.mark.parametrize("size", [(40, 10), (80, 24), (160, 50), (5, 2)], ids=str)
@piloted
async def test_it_opens_at_any_size(tmp_path, size):
    async with home(tmp_path, size=size) as (app, pilot):
        await pilot.press("j", "slash", "escape", "o")
        await until(pilot, lambda: isinstance(app.screen, OpenJournalScreen))


def test_every_key_of_home_has_a_name():
    kinds = (HomeScreen, ScenarioList, ScenarioDetails, OpenJournalScreen)
    assert all(binding.id for kind in kinds for binding in kind.BINDINGS)


# Journals


def journal(folder, name):
    """The journal of a session that was played on the simulator."""

    folder.mkdir(exist_ok=True)
    path = Session(name, folder).journal
    path.write_bytes(b"".join(encode(event) for event in events_of("a-zone-fails")))
    return path


async def opened_list(pilot, app):
    await pilot.press("o")
    await until(pilot, lambda: isinstance(app.screen, OpenJournalScreen) and "reading" not in text(app, "#said"))


@piloted
async def test_an_earlier_session_can_be_opened(tmp_path):
    path = journal(tmp_path / "state", "amber-owl-0001")
    async with home(tmp_path) as (app, pilot):
        await opened_list(pilot, app)
        cells = [str(cell) for cell in app.screen.query_one(DataTable).get_row_at(0)]
        assert cells[:3] == ["amber-owl-0001", "✓ ok", "sim"]
        assert cells[4] == "A zone fails"
        await pilot.press("enter")
        await until(pilot, lambda: app.opened)
        assert app.opened == [path]
        assert app.screen is app.home


@pytest.mark.parametrize("given", ["elsewhere/plain-owl-0002.jsonl", "amber-owl-0001"], ids=["a path", "a name"])
@piloted
async def test_a_path_or_a_name_can_be_typed(tmp_path, monkeypatch, given):
    known = {path.name: path for path in (journal(tmp_path / "state", "amber-owl-0001"),)}
    other = journal(tmp_path / "elsewhere", "plain-owl-0002")
    monkeypatch.chdir(tmp_path)
    async with home(tmp_path) as (app, pilot):
        await opened_list(pilot, app)
        app.screen.query_one(Input).focus()
        await pilot.press(
            *(key if key.isalnum() else {"/": "slash", "-": "minus", ".": "full_stop"}[key] for key in given)
        )
        await pilot.press("enter")
        await until(pilot, lambda: app.opened)
        assert app.opened[0].resolve() in {other, *known.values()}


@piloted
async def test_what_is_no_journal_is_said_and_not_opened(tmp_path):
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "[red]odd.jsonl").write_text("nothing of the kind\n")
    async with home(tmp_path) as (app, pilot):
        await opened_list(pilot, app)
        assert str(app.screen.query_one(DataTable).get_row_at(0)[0]) == "[red]odd"
        await pilot.press("enter")
        await until(pilot, lambda: "is not a journal of the lab" in text(app, "#said"))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.home)
        assert app.opened == []


@piloted
async def test_a_state_folder_that_cannot_be_used_is_said(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LAB_STATE_DIR", str(tmp_path / "file" / "state"))
    async with home(tmp_path) as (app, pilot):
        await opened_list(pilot, app)
        assert "cannot make the state folder" in text(app, "#said")


def test_a_folder_is_looked_at_where_the_lab_was_called():
    assert HomeScreen()._folder == Path()
