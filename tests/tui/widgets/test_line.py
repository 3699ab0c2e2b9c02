"""A line to type into: nothing that steers a terminal gets in."""

import pytest
from textual import events
from textual.app import App

from lab.tui.widgets.line import Line
from tests.tui.piloting import piloted, until


class Typing(App[None]):
    def compose(self):
        yield Line()


@pytest.mark.parametrize(
    ("pasted", "taken"),
    [
        ("\x1b[2Jgone", "�[2Jgone"),
        ("a\tb", "a b"),
        ("\u202eabc\x00", "�abc�"),
        ("[red]x[/nope] 🦆", "[red]x[/nope] 🦆"),
        ("one\ntwo", "one"),
    ],
)
@piloted
async def test_what_is_pasted_cannot_steer_the_terminal(pasted, taken):
    async with (app := Typing()).run_test() as pilot:
        app.post_message(events.Paste(pasted))
        await until(pilot, lambda: app.query_one(Line).value == taken)


@piloted
async def test_neither_can_what_comes_from_the_clipboard():
    async with (app := Typing()).run_test() as pilot:
        app.copy_to_clipboard("one\n\x1btwo")
        await pilot.press("ctrl+v")
        await until(pilot, lambda: app.query_one(Line).value == "one �two")


@piloted
async def test_what_is_typed_is_what_it_was():
    async with (app := Typing()).run_test() as pilot:
        await pilot.press("a", "space", "ü")
        await until(pilot, lambda: app.query_one(Line).value == "a ü")
