"""Keys that a user has chosen, held against the bindings that there are."""

from typing import ClassVar

from textual.app import App
from textual.binding import Binding
from textual.screen import Screen
from textual.widget import Widget

from lab.tui.keymap import bindings, complaints


class _App(App[None]):
    BINDINGS: ClassVar = [Binding("s", "shoot", "Screenshot", id="app.screenshot")]


class _First(Screen[None]):
    BINDINGS: ClassVar = [
        Binding("z", "zoom", "Zoom", id="first.zoom"),
        Binding("question_mark,f1", "help", "Help", id="first.help"),
    ]


class _Second(Screen[None]):
    BINDINGS: ClassVar = [Binding("k", "keep", "Keep", id="second.keep")]


class _Grid(Widget):
    BINDINGS: ClassVar = [Binding("j,down", "down", "Down", id="grid.down"), Binding("x", "nameless", "Nameless")]


KNOWN = bindings(__name__)


def test_bindings_are_found_on_apps_screens_and_widgets():
    found = {bound.name: (bound.layer, bound.keys) for bound in KNOWN}
    assert found == {
        "app.screenshot": ("app", {"s"}),
        "first.zoom": ("screen", {"z"}),
        "first.help": ("screen", {"question_mark", "f1"}),
        "second.keep": ("screen", {"k"}),
        "grid.down": ("widget", {"j", "down"}),
    }


def test_keys_that_nothing_else_has_are_fine():
    assert complaints({"first.zoom": "f11, ctrl+z", "app.screenshot": "p"}, KNOWN) == []


def test_an_unknown_name_is_told_with_one_that_is_close():
    assert complaints({"frist.zoom": "p"}, KNOWN) == ["keys: there is no binding frist.zoom; did you mean first.zoom?"]
    assert complaints({"nothing-like-it": "p"}, KNOWN) == ["keys: there is no binding nothing-like-it"]


def test_a_key_that_two_bindings_would_have_is_told_once():
    assert complaints({"first.zoom": "s"}, KNOWN) == [
        "keys: s is for both first.zoom (Zoom) and app.screenshot (Screenshot)"
    ]
    assert complaints({"first.zoom": "j", "grid.down": "j"}, KNOWN) == [
        "keys: j is for both first.zoom (Zoom) and grid.down (Down)"
    ]


def test_a_key_has_one_name_however_it_is_written():
    assert len(complaints({"first.zoom": "?"}, KNOWN)) == 1


def test_two_screens_may_use_the_same_key():
    assert complaints({"first.zoom": "k"}, KNOWN) == []


def test_keys_can_change_places():
    assert complaints({"first.zoom": "s", "app.screenshot": "z"}, KNOWN) == []
