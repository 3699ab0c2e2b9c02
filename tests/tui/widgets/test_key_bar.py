"""The last line: what can be pressed, and clicked, just now."""

from contextlib import asynccontextmanager
from typing import ClassVar

from textual.app import App
from textual.binding import Binding
from textual.command import CommandPalette
from textual.screen import ModalScreen
from textual.widgets import Button, Input

from lab.tui.widgets.key_bar import KeyBar
from tests.tui.piloting import piloted, until


class Opener(Button):
    BINDINGS: ClassVar = [Binding("o", "press", "Open")]


class Shown(App):
    AUTO_FOCUS = ""
    BINDINGS: ClassVar = [
        Binding("r,x", "note('release')", "Release", id="release"),
        Binding("question_mark", "note('help')", "Help"),
        Binding("s", "note('secret')", "Secret", show=False),
        Binding("d", "off", "Of no use"),
    ]

    def __init__(self):
        super().__init__()
        self.noted = []

    def compose(self):
        yield Opener("something")
        yield Input()
        yield KeyBar()

    def check_action(self, action, parameters):
        return action != "off"

    def action_note(self, what):
        self.noted.append(what)


@asynccontextmanager
async def key_bar(width=60):
    app = Shown()
    async with app.run_test(size=(width, 10)) as pilot:
        bar = app.query_one(KeyBar)
        await until(pilot, lambda: bar.keys)
        yield bar, pilot


def text(bar):
    return bar.render_line(0).text


@piloted
async def test_it_tells_what_can_be_done_just_now_with_the_palette_at_the_right():
    async with key_bar() as (bar, _):
        assert text(bar).startswith(" r Release  ? Help ")
        assert text(bar).endswith(" ▏ ^p palette ")
        assert "Secret" not in text(bar) and "Of no use" not in text(bar)


@piloted
async def test_a_key_that_there_is_no_room_for_is_left_out_as_a_whole_and_the_palette_stays():
    async with key_bar(width=30) as (bar, pilot):
        assert text(bar) == f" r Release {'':6}▏ ^p palette "
        await pilot.resize_terminal(9, 10)
        assert [key.does for key in bar.keys] == ["palette"]


@piloted
async def test_a_click_on_a_key_presses_it():
    async with key_bar() as (bar, pilot):
        await pilot.click(KeyBar, offset=(text(bar).index("Help"), 0))
        await until(pilot, lambda: pilot.app.noted == ["help"])
        await pilot.click(KeyBar, offset=(text(bar).index("Release"), 0))
        await until(pilot, lambda: pilot.app.noted == ["help", "release"])
        await pilot.click(KeyBar, offset=(text(bar).index("▏") - 3, 0))
        await pilot.click(KeyBar, offset=(text(bar).index("palette"), 0))
        await until(pilot, lambda: isinstance(pilot.app.screen, CommandPalette))
        assert pilot.app.noted == ["help", "release"]


@piloted
async def test_a_key_that_the_user_has_chosen_is_shown_and_pressed():
    async with key_bar() as (bar, pilot):
        pilot.app.set_keymap({"release": "f5"})
        await until(pilot, lambda: "f5 Release" in text(bar))
        await pilot.click(KeyBar, offset=(text(bar).index("Release"), 0))
        await until(pilot, lambda: pilot.app.noted == ["release"])


@piloted
async def test_what_the_focused_widget_can_do_comes_and_goes_with_the_focus():
    async with key_bar() as (bar, pilot):
        pilot.app.query_one(Opener).focus()
        await until(pilot, lambda: text(bar).startswith(" o Open  r Release "))
        pilot.app.query_one(Input).focus()
        await until(pilot, lambda: "Open" not in text(bar))


@piloted
async def test_it_is_right_again_after_a_dialog():
    async with key_bar() as (bar, pilot):
        before = text(bar)
        pilot.app.push_screen(ModalScreen())
        await until(pilot, lambda: pilot.app.screen is not bar.screen)
        pilot.app.pop_screen()
        await until(pilot, lambda: pilot.app.screen is bar.screen)
        assert text(bar) == before
