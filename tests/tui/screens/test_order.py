"""The form of an order: every order can be given in it, nothing wrong can, and it destroys nothing unasked."""

import pytest
from pydantic import Field
from textual import events
from textual.app import App
from textual.widgets import Button, Checkbox, Input, Select, Static

from lab.model.metric import Comparison
from lab.model.orders import ORDERS, OnServers, ProbeSpec
from lab.model.state import ServerState
from lab.tui.orders import Given, OrderContext
from lab.tui.screens.confirm import ConfirmScreen
from lab.tui.screens.order import OrderScreen
from lab.tui.widgets.order_field import OrderField
from tests.tui.piloting import piloted, until

FLEETS = ("pets", "cattle")
VERSIONS = ("1.0", "1.1", "1.2")
NAMES = tuple((fleet, number, f"{fleet}-{number}") for fleet in FLEETS for number in range(1, 7))
NOT_YET = "not yet"

EXAMPLES = {
    "say": ({"text": "look: here"}, {"text": "look: here"}),
    "release": ({"version": "1.2"}, {"version": "1.2"}),
    "rollback": ({}, {}),
    "promote": ({}, {}),
    "abort": ({}, {}),
    "weight": ({"share": "10%"}, {"share": 0.1}),
    "ssh": (
        {"server": "4", "write-path": "/etc/storefront/app.toml", "write-set": "{timeout: 30}", "restart": True},
        {"server": 4, "write": {"path": "/etc/storefront/app.toml", "set": {"timeout": 30}}, "restart": True},
    ),
    "kill": ({"server": "4"}, {"server": 4}),
    "reboot": ({"servers": "[1, 2]"}, {"servers": [1, 2]}),
    "zone-failure": ({"zone": "2"}, {"zone": 2}),
    "rebuild": ({}, {}),
    "scan": ({}, {}),
    "bisect": (
        {"good": "1.0", "bad": "1.2", "probe-requests": "500", "probe-errors": "< 2%", "healthy-within": "5s"},
        {
            "good": "1.0",
            "bad": "1.2",
            "probe": ProbeSpec(requests=500, errors=Comparison("<", 0.02)),
            "healthy-within": 5.0,
        },
    ),
    "copy": ({"server": "6"}, {"server": 6}),
    "traffic": ({"rate": "80/s"}, {"rate": 80.0}),
    "fault": ({"step": "install", "count": "2"}, {"step": "install", "count": 2}),
    "wait-until": ({"healthy": "6", "within": "10s"}, {"healthy": "6", "within": 10.0}),
}
"""For each order, what is filled in, and what it should come to."""


class Asking(App[None]):
    """An app with nothing but a form; `result` is what came of it."""

    def __init__(self, verb, **known):
        super().__init__()
        about = {"fleets": FLEETS, "versions": VERSIONS, "session": "otter", "engine": "sim", "names": NAMES}
        self.form = OrderScreen(verb, OrderContext(**{**about, **known}))
        self.result = NOT_YET

    def on_mount(self):
        self.push_screen(self.form, self._end)

    def _end(self, result):
        self.result = result

    def field(self, name):
        return next(field for field in self.form.query(OrderField) if field.field == name)

    def editor(self, name):
        return self.field(name).query_one("#editor")

    @property
    def words(self):
        return str(self.form.query_one("#words", Static).content)

    @property
    def wrong(self):
        """What is said to be wrong, by field; what is wrong with the whole has no name."""
        said = {field.field: str(field.query_one(".wrong", Static).content) for field in self.form.query(OrderField)}
        said[""] = str(self.form.query_one("#wrong", Static).content)
        return {name: text for name, text in said.items() if text}

    async def fill(self, pilot, values):
        for name, value in values.items():
            editor = self.editor(name)
            editor.focus()
            await until(pilot, lambda editor=editor: editor.has_focus)
            if isinstance(editor, Input):
                editor.clear()
                await pilot.press(*value)
            else:
                editor.value = value
        await pilot.pause()


def server(number, version="1.0"):
    return ServerState(f"pets-{number}", number, "main", version, "d", version, "healthy", 0.0)


async def confirmed(pilot, app, key="y"):
    await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
    await pilot.press(key)


async def answered(pilot, app):
    await until(pilot, lambda: app.result != NOT_YET)
    return app.result


def test_every_order_has_an_example():
    assert EXAMPLES.keys() == ORDERS.keys()


@pytest.mark.parametrize("verb", ORDERS)
@piloted
async def test_every_order_can_be_given(verb):
    values, wanted = EXAMPLES[verb]
    app = Asking(verb, fleet="pets")
    async with app.run_test(size=(80, 24)) as pilot:
        await app.fill(pilot, values)
        await pilot.press("ctrl+s")
        if ORDERS[verb].destroys:
            await confirmed(pilot, app)
        given = await answered(pilot, app)
    assert isinstance(given, Given)
    assert given.order == ORDERS[verb](**wanted)


@pytest.mark.parametrize("verb", ORDERS)
@piloted
async def test_a_form_names_and_explains_each_of_its_fields(verb):
    app = Asking(verb)
    async with app.run_test():
        shown = "\n".join(str(label.content) for label in app.form.query(Static))
        for name, field in ORDERS[verb].model_fields.items():
            if name not in ("write", "probe"):
                assert field.alias in shown and (field.description or "") in shown
        assert app.form.query_one("#give", Button).label.plain == ORDERS[verb].label


@piloted
async def test_an_order_that_the_model_gets_has_a_form_by_itself(monkeypatch):
    class Polish(OnServers):
        """Polish machines until they shine."""

        verb = "polish"
        label = "Polish machines"
        destroys = True

        how_often: int = Field(3, description="how many times")

    monkeypatch.setitem(ORDERS, "polish", Polish)
    app = Asking("polish", fleet="pets", server=server(2))
    async with app.run_test() as pilot:
        await app.fill(pilot, {"how-often": "7"})
        await pilot.press("enter")
        await confirmed(pilot, app)
        given = await answered(pilot, app)
    assert given == Given(Polish(server=2, how_often=7), ("pets",))


# What is there before anything is typed


@piloted
async def test_a_release_of_the_next_version_is_one_key_press():
    app = Asking("release", fleet="pets", server=server(3, "1.0"))
    async with app.run_test() as pilot:
        await pilot.press("enter")
        given = await answered(pilot, app)
    assert given == Given(ORDERS["release"](version="1.1"), FLEETS)


@piloted
async def test_an_order_on_servers_goes_to_the_selected_server_of_the_focused_fleet():
    app = Asking("copy", fleet="cattle", server=server(5))
    async with app.run_test() as pilot:
        await pilot.press("enter")
        given = await answered(pilot, app)
    assert given == Given(ORDERS["copy"](server=5), ("cattle",))


@pytest.mark.parametrize("verb", ["scan", "promote", "rebuild"])
@piloted
async def test_an_order_without_fields_is_one_key_press_and_goes_to_all_fleets(verb):
    app = Asking(verb, fleet="pets")
    async with app.run_test() as pilot:
        await pilot.press("enter")
        assert await answered(pilot, app) == Given(ORDERS[verb](), FLEETS)


@piloted
async def test_the_whole_field_can_be_seen_where_the_focus_is():
    app = Asking("ssh")
    async with app.run_test(size=(40, 10)) as pilot:
        for key in ("tab",) * 8 + ("shift+tab",) * 4:
            await pilot.press(key)
            await pilot.pause()
            field = next(node for node in app.focused.ancestors if isinstance(node, OrderField))
            scroll = field.parent
            assert scroll.region.contains_region(app.focused.region)
            assert scroll.region.contains_point(field.region.offset)


# Mistakes


@pytest.mark.parametrize(
    "verb, values, place, words",
    [
        ("say", {}, "text", "expected a value"),
        ("kill", {"server": "0"}, "server", "a server number from 1 on, not 0"),
        ("kill", {"server": "three"}, "server", "a whole number, not three"),
        ("kill", {"servers": "1 2"}, "servers", "a list, [A, B, …], not 1 2"),
        ("traffic", {"rate": "fast"}, "rate", "a rate such as 50/s or 600/min, not fast"),
        ("traffic", {"rate": "50.5"}, "rate", "a rate such as 50/s or 600/min, not 50.5"),
        ("weight", {"share": "60%"}, "share", "at most 0.5"),
        ("zone-failure", {"zone": "4"}, "zone", "at most 3, not 4"),
        ("ssh", {"server": "1", "write-path": "motd"}, "write-path", "an absolute path such as /etc/motd, not motd"),
        ("ssh", {"server": "1", "write-path": "/etc/motd"}, "write-path", "either `content: TEXT` or `set:"),
        ("ssh", {"server": "1", "write-content": "hello"}, "write-path", "expected a value"),
        ("ssh", {"server": "1", "install": "{libpay: 1.1}"}, "install", 'libpay: a version such as "1.0", in quotes'),
        ("ssh", {"server": "1", "install": "{libpay"}, "install", "YAML"),
        ("ssh", {"server": "1"}, "", "something to do: write, delete, install, remove or restart"),
        ("bisect", {"probe-errors": "many"}, "probe-errors", "a number or a comparison such as"),
        ("wait-until", {"version": None}, "", "a figure to wait for"),
        ("wait-until", {"fleet": "dogs"}, "fleet", "the name of a fleet: pets, cattle, not dogs"),
    ],
)
@piloted
async def test_a_mistake_is_told_at_its_field_and_closes_nothing(verb, values, place, words):
    app = Asking(verb)
    async with app.run_test() as pilot:
        for name, value in values.items():
            if value is None:
                app.editor(name).clear()
            else:
                await app.fill(pilot, {name: value})
        await pilot.press("ctrl+s")
        await until(pilot, lambda: app.wrong)
        assert app.screen is app.form and app.result == NOT_YET
        assert [*app.wrong] == [place]
        assert app.wrong[place].startswith("✗ expected ") and words in app.wrong[place]
        assert app.words == ""


@piloted
async def test_a_mistake_that_was_put_right_is_no_longer_told():
    app = Asking("traffic")
    async with app.run_test() as pilot:
        await app.fill(pilot, {"rate": "fast"})
        await pilot.press("enter")
        await until(pilot, lambda: app.wrong)
        assert app.editor("rate").has_focus
        await app.fill(pilot, {"rate": "10/s"})
        await pilot.press("enter")
        assert (await answered(pilot, app)).order == ORDERS["traffic"](rate=10.0)


@piloted
async def test_an_order_for_no_fleet_is_a_mistake():
    app = Asking("scan")
    async with app.run_test() as pilot:
        for box in app.form.query("#fleets Checkbox").results(Checkbox):
            box.value = False
        await pilot.press("ctrl+s")
        await until(pilot, lambda: app.wrong)
        assert app.wrong == {"": "✗ expected a fleet to give it to"}


@piloted
async def test_what_was_typed_is_not_taken_for_markup():
    app = Asking("kill")
    async with app.run_test() as pilot:
        await app.fill(pilot, {"server": "'[red]x[/nope]'"})
        await pilot.press("enter")
        await until(pilot, lambda: app.wrong)
        assert "not [red]x[/nope]" in app.wrong["server"]


RUBBISH = [
    "x" * 100_000,
    "{" * 100_000,
    "\n" * 100_000,
    "[&a [1,1], &b [*a,*a], &c [*b,*b]]",
    "\x1b[2J\x07\x00 " * 10_000,
    "- : ? { [ & * ! | > ' \" % @ `" * 4_000,
    "🦆" * 25_000,
]


@pytest.mark.parametrize("verb", ["ssh", "say", "bisect", "release"])
@pytest.mark.parametrize("rubbish", RUBBISH, ids=range(len(RUBBISH)))
@piloted
async def test_a_paste_of_rubbish_does_no_harm(verb, rubbish):
    app = Asking(verb)
    async with app.run_test() as pilot:
        for field in app.form.query(OrderField):
            field.query_one("#editor").focus()
            await pilot.pause()
            app.post_message(events.Paste(rubbish))
            await pilot.pause()
        app.form.query_one("#cancel").focus()
        await pilot.press("enter")
        assert await answered(pilot, app) is None


# What is shown of it


@piloted
async def test_the_order_is_shown_in_other_words_as_it_is_typed():
    app = Asking("kill", fleet="pets")
    async with app.run_test() as pilot:
        assert app.words == ""
        await app.fill(pilot, {"server": "4"})
        assert "- kill: {server: 4}\n  fleets: [pets]" in app.words
        assert "Docker would run:\n$ docker kill lab-otter-pets-4" in app.words
        await app.fill(pilot, {"server": ""})
        assert app.words == ""


@piloted
async def test_fleets_are_named_in_the_step_only_if_it_is_not_for_all():
    app = Asking("scan", engine="docker")
    async with app.run_test() as pilot:
        assert "fleets" not in app.words and "… and 8 more" in app.words
        assert "The same by hand:" in app.words
        app.form.query("#fleets Checkbox").results(Checkbox).__next__().value = False
        await until(pilot, lambda: "fleets: [cattle]" in app.words)


@piloted
async def test_a_search_is_shown_as_the_labs_own_command_on_any_engine():
    app = Asking("bisect", fleet="pets")
    async with app.run_test():
        assert "The same by hand:\n$ lab bisect FILE --good 1.0 --bad 1.2" in app.words


# Leaving, and making sure


@pytest.mark.parametrize("verb", ["release", "kill", "ssh", "scan"])
@piloted
async def test_escape_gives_nothing(verb):
    app = Asking(verb)
    async with app.run_test() as pilot:
        await pilot.press("escape")
        assert await answered(pilot, app) is None


@pytest.mark.parametrize("verb", [verb for verb, order in ORDERS.items() if order.destroys])
@piloted
async def test_an_order_that_destroys_is_asked_for_twice_and_no_goes_back_to_its_form(verb):
    app = Asking(verb, fleet="pets", server=server(1))
    async with app.run_test() as pilot:
        assert app.form.query_one("#give", Button).variant == "error"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is app.form)
        assert app.result == NOT_YET
        await pilot.press("ctrl+s")
        await confirmed(pilot, app)
        assert isinstance((await answered(pilot, app)).order, ORDERS[verb])


@pytest.mark.parametrize("verb", [verb for verb, order in ORDERS.items() if not order.destroys and order.key])
@piloted
async def test_any_other_order_is_given_at_once(verb):
    app = Asking(verb, fleet="pets")
    async with app.run_test() as pilot:
        await app.fill(pilot, EXAMPLES[verb][0])
        assert app.form.query_one("#give", Button).variant == "primary"
        await pilot.press("ctrl+s")
        assert await answered(pilot, app) is not None


# The mouse, and narrow terminals


@piloted
async def test_all_of_it_can_be_done_with_the_mouse():
    app = Asking("kill", fleet="pets", server=server(2))
    async with app.run_test(size=(90, 40)) as pilot:
        await pilot.click(app.form.query("#fleets Checkbox").results(Checkbox).__next__())
        await pilot.click([*app.form.query("#fleets Checkbox")][1])
        await pilot.click("#give")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.click("#yes")
        assert await answered(pilot, app) == Given(ORDERS["kill"](server=2), ("cattle",))


@piloted
async def test_a_version_can_be_chosen_with_keys():
    app = Asking("release", fleet="pets", server=server(1, "1.0"))
    async with app.run_test() as pilot:
        chooser = app.editor("version")
        assert isinstance(chooser, Select)
        chooser.focus()
        await pilot.press("enter", "down", "enter")
        await until(pilot, lambda: chooser.value == "1.2")
        await pilot.press("ctrl+s")
        assert (await answered(pilot, app)).order == ORDERS["release"](version="1.2")


@pytest.mark.parametrize("verb", ORDERS)
@piloted
async def test_in_a_very_small_terminal_the_buttons_stay_in_sight(verb):
    app = Asking(verb, fleets=tuple(f"fleet-number-{number}" for number in range(20)))
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        button = app.form.query_one("#give").region
        assert app.form.region.contains_point(button.offset) and button.bottom <= 9
        assert all(box.region.right <= 40 for box in app.form.query("#fleets Checkbox"))
        await pilot.click("#cancel")
        assert await answered(pilot, app) is None


@pytest.mark.parametrize("verb", ["scan", "kill", "ssh", "wait-until"])
@piloted
async def test_all_that_it_says_can_be_paged_to_in_a_very_small_terminal(verb):
    app = Asking(verb, fleet="pets", server=server(1))
    async with app.run_test(size=(40, 10)) as pilot:
        form = app.form.query_one("VerticalScroll")
        assert form.scroll_y < form.max_scroll_y
        while form.scroll_y < form.max_scroll_y:
            await pilot.press("pagedown")
        assert app.form.query_one("#words").region.bottom <= form.region.bottom
        while form.scroll_y > 0:
            await pilot.press("pageup")
        assert app.form.query_one("#about").region.y == form.region.y
