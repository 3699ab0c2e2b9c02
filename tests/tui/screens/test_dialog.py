"""What lies below a dialog: seen, but darker, and as it is just now."""

from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.color import Color
from textual.renderables.background_screen import BackgroundScreen
from textual.strip import Strip
from textual.widgets import Label

from lab.tui.screens.dialog import Dialog, veiled
from tests.tui.piloting import piloted, until

VEIL = Color(0, 0, 0, 0.6)


class Below(App):
    CSS = "#word { background: #a00000; }"

    def compose(self):
        yield Label("a word", id="word")


class Asking(Dialog):
    def compose(self):
        yield Label("Well?")


def seen(app):
    """The screen as it is drawn: an SVG, with the blanks as blanks."""
    return app.export_screenshot().replace("&#160;", " ")


@piloted
async def test_the_screen_below_can_still_be_read_and_is_darker():
    app = Below()
    async with app.run_test(size=(20, 5)) as pilot:
        await until(pilot, lambda: "a word" in seen(app))
        assert "#a00000" in seen(app)
        app.push_screen(Asking())
        await until(pilot, lambda: "Well?" in seen(app))
        assert "a word" in seen(app) and "#a00000" not in seen(app)


@piloted
async def test_what_changes_below_is_seen_at_once():
    app = Below()
    async with app.run_test(size=(20, 5)) as pilot:
        app.push_screen(Asking())
        await until(pilot, lambda: "Well?" in seen(app))
        app.screen_stack[0].query_one(Label).update("another")
        await until(pilot, lambda: "another" in seen(app) and "a word" not in seen(app))


def test_every_style_is_dimmed_as_textual_does_it():
    segments = [
        Segment("none"),
        Segment("bold", Style.parse("bold #102030 on #405060")),
        Segment("bold again", Style.parse("bold #102030 on #405060")),
        Segment("a link", Style.parse("red link http://127.0.0.1")),
        Segment("meta", Style.parse("on blue") + Style.from_meta({"@click": "quit"})),
    ]
    for veil in (VEIL, Color(0, 0, 0, 0.0)):
        own = [*veiled(Strip(segments), veil)]
        assert own == [*BackgroundScreen.process_segments(segments, veil)]
        assert not any(segment.style.link or segment.style.meta for segment in own)
