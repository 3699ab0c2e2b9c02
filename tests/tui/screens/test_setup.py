"""What is seen while a session is being opened."""

import pytest
from textual.app import App
from textual.screen import Screen
from textual.widgets import Button, ProgressBar, Static

from lab.model import events as e
from lab.tui.picture import Picture
from lab.tui.screens.setup import SetupScreen
from tests.tui.pictures import events_of, picture_of
from tests.tui.piloting import piloted


@pytest.fixture(scope="module", autouse=True)
def session_that_was():
    """Played before any test's own loop runs: the simulator has a loop itself."""
    events_of("a-zone-fails")


class Below(Screen[None]):
    """The screen that a set-up covers."""

    cancelled = 0

    def on_setup_screen_cancelled(self):
        self.cancelled += 1


class Opening(App[None]):
    def on_mount(self):
        self.below = Below()
        self.push_screen(self.below)
        self.push_screen(SetupScreen())


def building(done=0, total=0, text="Building lab/storefront:1.0"):
    picture = Picture()
    picture.take(picture_of_opening())
    picture.take(e.Progress(at=0.0, text=text, done=done, total=total))
    return picture


def picture_of_opening():
    session = picture_of("a-zone-fails").state.session
    assert session
    return session


def text(app, name):
    return str(app.screen.query_one(name, Static).content)


@piloted
async def test_it_says_what_is_opened_on_what_and_what_is_being_done():
    app = Opening()
    async with app.run_test() as pilot:
        app.screen.show(building())
        await pilot.pause()
        assert text(app, "#title").startswith("A zone fails\nsim: ")
        assert text(app, "#what") == "Building lab/storefront:1.0"
        assert text(app, "#lines") == "Building lab/storefront:1.0"
        assert app.screen.query_one(ProgressBar).total is None


@piloted
async def test_progress_with_a_total_has_a_bar_and_a_count():
    app = Opening()
    async with app.run_test() as pilot:
        app.screen.show(building(3, 12))
        await pilot.pause()
        assert text(app, "#what").endswith("(3 of 12)")
        assert app.screen.query_one(ProgressBar).percentage == 0.25


@piloted
async def test_words_of_a_build_are_not_taken_for_markup_or_for_the_terminals():
    app = Opening()
    async with app.run_test() as pilot:
        app.screen.show(building(text="[red]RUN\x1b[2J"))
        await pilot.pause()
        assert text(app, "#what") == text(app, "#lines") == "[red]RUN�[2J"


@piloted
async def test_an_empty_picture_can_be_shown_and_a_ready_one():
    app = Opening()
    async with app.run_test(size=(40, 10)) as pilot:
        for picture in (Picture(), picture_of("a-zone-fails", 0.0)):
            app.screen.show(picture)
            await pilot.pause()
        assert "image 1.0 is ready" in text(app, "#lines")


@piloted
async def test_escape_tells_the_screen_below_once_and_says_what_happens():
    app = Opening()
    async with app.run_test() as pilot:
        await pilot.press("escape", "escape")
        app.screen.show(building())
        await pilot.pause()
        assert app.below.cancelled == 1
        assert text(app, "#what") == "Cancelled. What was made so far is being removed …"
        assert app.screen.query_one(Button).disabled


@piloted
async def test_the_button_does_the_same():
    app = Opening()
    async with app.run_test() as pilot:
        await pilot.click("#cancel")
        await pilot.pause()
        assert app.below.cancelled == 1
