"""What is asked before a session is left."""

import pytest
from textual.app import App
from textual.widgets import Button, Label

from lab.tui.screens.leave import LeaveScreen
from tests.tui.piloting import piloted, until


class Leaving(App[None]):
    """An app that notes what is answered."""

    def __init__(self, real):
        super().__init__()
        self._real = real
        self.answers = []

    def on_mount(self):
        self.push_screen(LeaveScreen("calm-otter-1a2b", 12, self._real), self.answers.append)


def words(app):
    return "\n".join(str(label.content) for label in app.screen.query(Label))


def choices(app):
    return [button.id for button in app.screen.query(Button)]


@pytest.mark.parametrize(("key", "answer"), [("r", "remove"), ("k", "keep"), ("escape", "stay"), ("enter", "stay")])
@piloted
async def test_each_answer_has_a_key_and_enter_stays(key, answer):
    app = Leaving(real=True)
    async with app.run_test() as pilot:
        await pilot.press(key)
        await until(pilot, lambda: app.answers == [answer])


@piloted
async def test_arrows_go_to_a_button_and_enter_presses_it():
    app = Leaving(real=True)
    async with app.run_test() as pilot:
        await pilot.press("left", "enter")
        await until(pilot, lambda: app.answers == ["keep"])


@piloted
async def test_a_click_answers_too():
    app = Leaving(real=True)
    async with app.run_test() as pilot:
        await pilot.click("#remove")
        await until(pilot, lambda: app.answers == ["remove"])


@piloted
async def test_of_real_containers_it_is_said_what_goes_what_stays_and_how_that_is_removed():
    app = Leaving(real=True)
    async with app.run_test():
        assert choices(app) == ["remove", "keep", "stay"]
        assert "calm-otter-1a2b" in words(app)
        assert "12 servers" in words(app) and "`lab down`" in words(app) and "journal stays" in words(app)


@piloted
async def test_what_is_simulated_cannot_be_kept():
    app = Leaving(real=False)
    async with app.run_test() as pilot:
        assert choices(app) == ["remove", "stay"]
        await pilot.press("k")
        await pilot.pause()
        assert app.answers == []
        await pilot.press("r")
        await until(pilot, lambda: app.answers == ["remove"])


@pytest.mark.parametrize("size", [(40, 10), (80, 24)])
@piloted
async def test_every_button_can_be_reached_on_a_small_terminal(size):
    app = Leaving(real=True)
    async with app.run_test(size=size) as pilot:
        await pilot.press("tab")
        await pilot.pause()
        focused = app.screen.focused
        assert focused.id == "remove"
        assert app.screen.region.overlaps(focused.region)


@pytest.mark.parametrize("real", [True, False])
@piloted
async def test_no_word_of_what_becomes_of_it_is_cut_off(real):
    app = Leaving(real)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.screen.query(Label).last().region.height > 0)
        for label in app.screen.query(Label):
            assert label.region.width <= label.parent.content_region.width
