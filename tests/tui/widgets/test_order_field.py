"""One field of an order: what it asks for, what it takes, what it refuses, and that no paste does harm."""

import time
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field
from textual import events
from textual.app import App
from textual.widgets import Checkbox, Input, Label, Select

from lab.model.orders import ORDERS
from lab.model.spec import Duration, NewVersion, Rate, Version
from lab.tui.orders import blanks
from lab.tui.widgets.order_field import MOST, OrderField, choices, placeholder, read
from lab.tui.widgets.tick import Tick
from tests.tui.piloting import piloted, until


class Sample(BaseModel):
    """Fields of every kind."""

    text: str = Field(description="some words")
    who: str | None = Field(None, description="a [b]name[/b]")
    version: Version = Field(description="a version")
    number: int | None = Field(None)
    rate: Rate = Field(description="a rate")
    within: Duration = Field(30.0)
    several: list[int] = Field([], examples=[[1, 2]])
    pairs: dict[str, NewVersion] = Field({}, examples=[{"libpay": "1.10"}])
    kind: Literal["fast", "slow"] | None = Field(None)
    gently: bool = Field(True)
    hard: bool = Field(False)
    share: Annotated[float, Field(gt=0)] = Field(0.5, json_schema_extra={"default": "50%"})


FIELDS = Sample.model_fields
SHIPPED = [(verb, keys, field) for verb, order in ORDERS.items() for keys, field in blanks(order)]

NINES = ",".join(f"&{key} [{','.join([f'*{below}'] * 9)}]" for below, key in zip("abcdefgh", "bcdefghi", strict=True))
BOMB = f"[&a [1,1,1,1,1,1,1,1,1],{NINES}]"
HOSTILE = [
    BOMB,
    "[" * 500 + "]" * 500,
    "{" * MOST,
    "0x" + "f" * 4000,
    "9" * MOST,
    ".inf",
    ".nan",
    "a\x00b",
    "\x1b[2J\x1b]52;c;aGk=\x07",
    "a\u202eb",
    "\ud800",
    "!!python/object/apply:os.system [reboot]",
    "!!binary aGk=",
    "!!int x",
    "!",
    "&a",
    "*a",
    "<<: 1",
    "? a",
    "%YAML 9.9",
    "--- 1",
    "1\u20282",
    "# nothing",
    "[red]x[/nope]",
    "🦆" * 1000,
]


class Showing(App[None]):
    """An app with nothing but one field."""

    def __init__(self, name, field=None, preset=None, versions=()):
        super().__init__()
        self.field = OrderField(name, field or FIELDS[name], preset, versions)
        self.changes = 0

    def compose(self):
        yield self.field

    def on_order_field_changed(self):
        self.changes += 1

    @property
    def editor(self):
        return self.field.query_one("#editor")

    @property
    def heading(self):
        return str(self.field.query(Label).first().content)

    @property
    def wrong(self):
        label = self.field.query_one(".wrong", Label)
        return str(label.content) if label.display else ""


# What it asks for


@piloted
async def test_it_says_its_name_what_it_means_and_whether_it_must_be_filled_in():
    async with (app := Showing("text")).run_test():
        assert app.heading == "text (required)  some words"
    async with (app := Showing("who")).run_test():
        assert app.heading == "who  a [b]name[/b]"


@pytest.mark.parametrize(
    ("name", "versions", "editor"),
    [
        ("text", (), Input),
        ("several", (), Input),
        ("kind", (), Select),
        ("gently", (), Checkbox),
        ("version", ("1.0", "1.1"), Select),
        ("version", (), Input),
        ("who", ("1.0", "1.1"), Input),
    ],
)
@piloted
async def test_how_it_is_filled_in_comes_from_its_type(name, versions, editor):
    async with (app := Showing(name, versions=versions)).run_test():
        assert isinstance(app.editor, editor)


def test_values_that_can_be_counted_are_the_choices():
    assert choices(FIELDS["kind"]) == ("fast", "slow")
    assert choices(FIELDS["text"]) == choices(FIELDS["several"]) == ()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("text", ""),
        ("number", ""),
        ("rate", "such as 50/s"),
        ("within", "30s"),
        ("several", "such as [1, 2]"),
        ("pairs", "such as {libpay: '1.10'}"),
        ("share", "50%"),
    ],
)
def test_an_empty_field_shows_what_is_taken_without_a_value_or_an_example_as_it_would_be_typed(name, shown):
    assert placeholder(FIELDS[name]) == shown


@pytest.mark.parametrize(("verb", "keys", "field"), SHIPPED, ids=lambda part: part if isinstance(part, str) else "")
def test_what_a_field_of_an_order_shows_can_be_typed_into_it(verb, keys, field):
    for shown in placeholder(field).removeprefix("such as ").split(", ") if field.examples == [] else []:
        read(shown, field)
    for example in field.examples or ():
        assert read(placeholder(field).removeprefix("such as "), field) == example


# What it takes


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("text", "  some: words # [and more]  ", "some: words # [and more]"),
        ("text", "1.10", "1.10"),
        ("text", "true", "true"),
        ("text", "'quoted' \"twice\" \\n", "'quoted' \"twice\" \\n"),
        ("version", "1.10", "1.10"),
        ("who", " ", None),
        ("number", "7", 7),
        ("number", "", None),
        ("rate", "50/s", "50/s"),
        ("rate", "> 1", "> 1"),
        ("rate", "!= 1", "!= 1"),
        ("several", "[1, 2]", [1, 2]),
        ("pairs", '{libpay: "1.10"}', {"libpay": "1.10"}),
        ("pairs", 'libpay: "1.10"', {"libpay": "1.10"}),
        ("several", "# nothing", None),
    ],
)
def test_text_is_taken_as_it_is_and_anything_else_as_yaml(name, typed, value):
    assert read(typed, FIELDS[name]) == value


def test_a_version_outside_of_quotes_is_not_made_another_one_unnoticed():
    assert read("{libpay: 1.10}", FIELDS["pairs"]) == {"libpay": 1.1}  # a number, which no version can be
    with pytest.raises(ValueError, match="in quotes"):
        Sample(text="", version="1.0", rate=1.0, pairs=read("{libpay: 1.10}", FIELDS["pairs"]))


@piloted
async def test_what_was_filled_in_is_its_value_and_every_change_is_told():
    async with (app := Showing("number", preset=4)).run_test() as pilot:
        assert app.field.value == 4
        app.editor.focus()
        await pilot.press("end", "2")
        await until(pilot, lambda: app.field.value == 42)
        assert app.changes


@piloted
async def test_a_choice_can_be_left_open_and_be_made_with_keys():
    async with (app := Showing("kind")).run_test() as pilot:
        assert app.field.value is None
        app.editor.focus()
        await pilot.press("enter", "down", "enter")
        await until(pilot, lambda: app.field.value == "fast")
        assert app.changes


@piloted
async def test_a_preset_that_is_no_choice_is_not_chosen():
    async with (app := Showing("version", preset="9.9", versions=("1.0", "1.1"))).run_test():
        assert app.field.value is None


@pytest.mark.parametrize(("name", "usual"), [("gently", True), ("hard", False)])
@piloted
async def test_a_box_begins_as_the_model_has_it_and_can_be_made_the_opposite(name, usual):
    async with (app := Showing(name)).run_test() as pilot:
        assert app.editor.value is usual and app.field.value is None
        app.editor.focus()
        await pilot.press("space")
        await until(pilot, lambda: app.field.value is (not usual))


# What it refuses


@pytest.mark.parametrize("typed", ["[1, 2", "{a: b", "a: b: c", "[1, !!python/none x]", "[*nothing]", "[\x07]"])
def test_what_is_no_yaml_is_refused_with_an_example(typed):
    with pytest.raises(ValueError, match=r"^expected .* such as .*, not "):
        read(typed, FIELDS["several"])


@pytest.mark.parametrize("name", ["text", "number", "rate", "several", "pairs"])
@pytest.mark.parametrize("typed", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_values_are_read_or_refused_in_no_time(name, typed):
    begun = time.monotonic()
    try:
        value = read(typed, FIELDS[name])
    except ValueError as error:
        assert str(error).startswith("expected ")
    else:
        assert len(str(value)) <= 2 * MOST
        assert all(c.isprintable() or c == " " for c in str(value).replace("\u2028", ""))
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize("typed", ["a\x00b", "\x1b[2J", "a\u202eb", "\ud800"])
def test_characters_that_steer_terminals_are_refused_in_text_too(typed):
    with pytest.raises(ValueError, match=r"expected printable text, not .*control character"):
        read(typed, FIELDS["text"])


@piloted
async def test_what_is_wrong_stands_below_it_until_the_value_is_another():
    async with (app := Showing("text")).run_test() as pilot:
        assert app.wrong == ""
        app.field.blame("expected [red]less[/nope]")
        assert app.wrong == "✗ expected [red]less[/nope]"
        app.editor.focus()
        await pilot.press("x")
        await until(pilot, lambda: app.wrong == "")


# Rubbish, and what can be seen without colours


@pytest.mark.parametrize("name", ["text", "several", "kind", "gently"])
@pytest.mark.parametrize(
    "rubbish", ["[red]\x00\x1b[2J\x07🦆" * 8_000, "x" * 100_000, "\n\r\n", "", "\x1b[2J[/nope]\x00🦆\u202e"]
)
@piloted
async def test_a_paste_of_rubbish_does_no_harm(name, rubbish):
    async with (app := Showing(name)).run_test(size=(40, 10)) as pilot:
        app.editor.focus()
        await pilot.pause()
        app.post_message(events.Paste(rubbish))
        await pilot.pause()
        try:
            value = app.field.value
        except ValueError as error:
            app.field.blame(str(error))
            await pilot.pause()
            assert app.wrong
        else:
            assert value is None or len(str(value)) <= MOST
        drawn = [segment.text for strip in app.screen._compositor.render_strips() for segment in strip]
        assert not any(c in text for c in "\x00\x07\x1b" for text in drawn)


@pytest.mark.parametrize("name", ["text", "kind"])
@piloted
async def test_a_very_long_value_is_cut_off_at_the_keyboard(name):
    async with (app := Showing(name)).run_test() as pilot:
        app.editor.focus()
        app.post_message(events.Paste("y" * (MOST + 1)))
        await pilot.pause()
        assert app.field.value is None


@piloted
async def test_ticked_and_not_ticked_can_be_told_apart_without_colours():
    class Two(App[None]):
        def compose(self):
            yield Tick("one", True)
            yield Tick("two", False)

    async with (app := Two()).run_test(size=(20, 4)) as pilot:

        def drawn():
            return [
                "".join(segment.text for segment in strip).strip() for strip in app.screen._compositor.render_strips()
            ]

        assert "✓" in drawn()[0] and "✓" not in drawn()[1]
        app.query(Tick).last().focus()
        await pilot.press("space")
        await until(pilot, lambda: "✓" in drawn()[1])
