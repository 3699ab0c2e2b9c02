"""The question before something is destroyed: only a plain yes is one."""

import pytest
from textual.app import App
from textual.widgets import Button, Label

from lab.tui.screens.confirm import ConfirmScreen
from tests.tui.piloting import piloted, until

NOT_YET = "not yet"


class Asking(App[None]):
    answer: object = NOT_YET

    def __init__(self, detail="- kill: {server: 3}"):
        super().__init__()
        self.detail = detail

    def on_mount(self):
        self.push_screen(ConfirmScreen("Kill [b]machines[/b]?", self.detail, "Kill machines"), self.take)

    def take(self, answer):
        self.answer = answer


@pytest.mark.parametrize(
    "keys, answer",
    [
        (["enter"], False),
        (["n"], False),
        (["escape"], False),
        (["ctrl+c"], False),
        (["y"], True),
        (["right", "enter"], True),
        (["tab", "enter"], True),
        (["right", "left", "enter"], False),
        (["x", "q", "1", "enter"], False),
    ],
)
@piloted
async def test_keys_answer_it_and_no_comes_first(keys, answer):
    app = Asking()
    async with app.run_test() as pilot:
        await pilot.press(*keys)
        await until(pilot, lambda: app.answer != NOT_YET)
        assert app.answer is answer


@pytest.mark.parametrize("button, answer", [("#yes", True), ("#no", False)])
@piloted
async def test_the_mouse_answers_it_as_well(button, answer):
    app = Asking()
    async with app.run_test() as pilot:
        await pilot.click(button)
        await until(pilot, lambda: app.answer != NOT_YET)
        assert app.answer is answer


@piloted
async def test_the_button_says_what_it_does_and_text_is_not_taken_for_markup():
    app = Asking(detail="[red]lab-otter-pets-3[/nope]")
    async with app.run_test():
        yes = app.screen.query_one("#yes", Button)
        assert "Kill machines" in yes.label.plain and yes.variant == "error"
        told = [str(label.content) for label in app.screen.query(Label)]
        assert told[:2] == ["Kill [b]machines[/b]?", "[red]lab-otter-pets-3[/nope]"]


@piloted
async def test_in_a_very_small_terminal_both_answers_are_in_sight_below_a_long_story():
    app = Asking(detail="a line that is much longer than forty columns are wide\n" * 30)
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        for name in ("#no", "#yes"):
            region = app.screen.query_one(name).region
            assert app.screen.region.contains_region(region)
        await pilot.press("enter")
        assert app.answer is False
