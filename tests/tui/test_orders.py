"""Orders as the screens offer them: by key, in the palette, and as blanks that can be filled in."""

import pytest
from pydantic import ValidationError
from textual.app import App
from textual.command import CommandPalette
from textual.screen import Screen
from textual.widgets import Input

from lab.model.orders import ORDERS, Order
from lab.tui.order_commands import OrderCommands
from lab.tui.orders import OrderContext, blanks, complaints, description, filled, order_bindings
from tests.tui.piloting import piloted, until


def test_every_order_with_a_key_has_a_binding_with_a_name():
    bindings = {binding.id: binding for binding in order_bindings()}
    assert bindings.keys() == {f"order.{verb}" for verb, order in ORDERS.items() if order.key}
    release = bindings["order.release"]
    assert (release.key, release.action, release.description) == ("r", "order('release')", ORDERS["release"].label)


def test_a_new_order_gets_its_key(monkeypatch):
    class Polish(Order):
        """Polish machines."""

        verb = "polish"
        label = "Polish"
        key = "P"

    monkeypatch.setitem(ORDERS, "polish", Polish)
    assert any((b.key, b.id, b.show) == ("P", "order.polish", False) for b in order_bindings())


@pytest.mark.parametrize("verb", ORDERS)
def test_every_field_of_an_order_can_be_filled_in(verb):
    keys = [keys for keys, _ in blanks(ORDERS[verb])]
    assert len({*keys}) == len(keys)
    assert [*dict.fromkeys(k[0] for k in keys)] == [field.alias for field in ORDERS[verb].model_fields.values()]


def test_a_mapping_with_fixed_keys_is_opened_with_its_example_and_none_of_it_is_required():
    fields = dict(blanks(ORDERS["ssh"]))
    assert fields["write", "path"].examples == ["/etc/storefront/app.toml"]
    assert not fields["write", "path"].is_required()
    assert dict(blanks(ORDERS["release"]))["version",].is_required()


def test_opening_a_mapping_leaves_the_model_as_it_is():
    [*blanks(ORDERS["ssh"])]
    with pytest.raises(ValidationError):
        ORDERS["ssh"].model_validate({"server": 1, "write": {"content": "x"}})


def test_what_was_filled_in_is_put_where_its_keys_lead():
    values = {("server",): 1, ("write", "path"): "/etc/motd", ("write", "content"): "hello"}
    order = filled(ORDERS["ssh"], values, {})
    assert order == ORDERS["ssh"](server=1, write={"path": "/etc/motd", "content": "hello"})


def test_several_things_that_a_value_could_have_been_are_one_complaint_at_its_blank():
    values = {("server",): 1, ("write", "path"): "/etc/motd", ("write", "set"): {"timeout": [1]}}
    with pytest.raises(ValidationError) as found:
        filled(ORDERS["ssh"], values, {})
    complaint = complaints(found.value, [keys for keys, _ in blanks(ORDERS["ssh"])])
    assert [*complaint] == [("write", "set")]
    assert "timeout: text" in complaint["write", "set"] and " or " in complaint["write", "set"]


def test_an_order_may_refer_only_to_what_there_is():
    known = OrderContext(fleets=("pets",), versions=("1.0", "1.1")).known
    with pytest.raises(ValidationError, match=r"1\.0, 1\.1"):
        filled(ORDERS["release"], {("version",): "9.9"}, known)
    assert filled(ORDERS["release"], {("version",): "9.9"}, OrderContext().known)


def test_servers_are_named_by_number_for_the_fleets_that_are_meant():
    context = OrderContext(names=(("pets", 1, "pets-1"), ("cattle", 1, "cattle-1"), ("cattle", 1, "cattle-7")))
    assert context.named(["cattle"]) == {1: ["cattle-1", "cattle-7"]}


class Below(Screen[None]):
    def __init__(self, orderable):
        super().__init__()
        self.orderable = orderable


class Commanded(App[None]):
    COMMANDS = {OrderCommands}  # noqa: RUF012

    def __init__(self, orderable=True):
        super().__init__()
        self.orderable = orderable
        self.ordered = []

    def on_mount(self):
        self.push_screen(Below(self.orderable))

    def order(self, verb):
        self.ordered.append(verb)


@piloted
async def test_an_order_can_be_chosen_in_the_palette():
    app = Commanded()
    async with app.run_test() as pilot:
        app.action_command_palette()
        await until(pilot, lambda: isinstance(app.screen, CommandPalette))
        await pilot.press(*"zone-fail")
        palette = app.screen
        await until(pilot, lambda: palette.query_one("CommandList").option_count == 1)
        await pilot.press("down", "enter")
        await until(pilot, lambda: app.ordered)
    assert app.ordered == ["zone-failure"]


async def hits(provider):
    await provider.startup()
    return [hit async for hit in provider.discover()]


@piloted
async def test_the_palette_lists_every_order_with_what_it_does():
    app = Commanded()
    async with app.run_test():
        listed = await hits(OrderCommands(app.screen))
    assert [hit.help for hit in listed] == [description(order) for order in ORDERS.values()]


@piloted
async def test_the_palette_has_no_orders_where_none_can_be_given():
    app = Commanded(orderable=False)
    async with app.run_test():
        assert await hits(OrderCommands(app.screen)) == []
        assert not app.screen.query(Input)
