"""The menu of orders: all of them, narrowed down by typing."""

from typing import ClassVar

import pytest
from textual.app import App
from textual.screen import Screen
from textual.widgets import Input, OptionList

from lab.model.orders import ORDERS, Order
from lab.tui.orders import description
from lab.tui.screens.order_menu import MENU, OrderMenu, found
from tests.tui.piloting import piloted, until

NOT_YET = "not yet"


class Choosing(App[None]):
    SCREENS: ClassVar = {MENU: OrderMenu}
    chosen: object = NOT_YET

    def on_mount(self):
        self.push_screen(MENU, self.take)

    def take(self, verb):
        self.chosen = verb

    @property
    def offered(self):
        return [option.id for option in self.screen.query_one(OptionList).options]


def test_everything_is_found_if_nothing_is_typed_and_what_has_a_key_comes_first():
    orders = found("")
    assert {*orders} == {*ORDERS}
    assert [ORDERS[verb].key is None for verb in orders] == sorted(ORDERS[verb].key is None for verb in orders)


@pytest.mark.parametrize(
    "typed, first", [("kill", "kill"), ("ROLL", "rollback"), ("zone-f", "zone-failure"), ("first bad", "bisect")]
)
def test_what_is_named_so_comes_before_what_is_only_described_so(typed, first):
    assert found(typed)[0] == first


def test_nothing_is_found_for_what_no_order_says():
    assert found("[/] xyzzy") == []


@piloted
async def test_typing_narrows_the_menu_down_and_enter_takes_the_first():
    app = Choosing()
    async with app.run_test() as pilot:
        assert len(app.offered) == len(ORDERS)
        await pilot.press(*"roll back")
        await until(pilot, lambda: app.offered == ["rollback"])
        await pilot.press("enter")
        await until(pilot, lambda: app.chosen != NOT_YET)
    assert app.chosen == "rollback"


@piloted
async def test_it_begins_anew_each_time_that_it_is_opened():
    app = Choosing()
    async with app.run_test() as pilot:
        menu = app.screen
        orders = menu.query_one(OptionList)
        orders.scroll_end(animate=False)
        await until(pilot, lambda: orders.scroll_y > 0)
        app.push_screen(Screen())
        await until(pilot, lambda: app.screen is not menu)
        app.pop_screen()
        await until(pilot, lambda: app.screen is menu and orders.scroll_y == 0)
        assert orders.highlighted == 0 and len(app.offered) == len(ORDERS)


@piloted
async def test_up_and_down_move_while_the_focus_stays_where_one_types():
    app = Choosing()
    async with app.run_test() as pilot:
        second = app.offered[1]
        await pilot.press("down", "down", "up")
        assert isinstance(app.focused, Input)
        await pilot.press("enter")
        await until(pilot, lambda: app.chosen != NOT_YET)
    assert app.chosen == second


@piloted
async def test_enter_does_nothing_where_nothing_was_found_and_escape_leaves():
    app = Choosing()
    async with app.run_test() as pilot:
        await pilot.press(*"xyzzy", "enter")
        await pilot.pause()
        assert app.offered == [] and app.chosen == NOT_YET
        await pilot.press("escape")
        await until(pilot, lambda: app.chosen != NOT_YET)
    assert app.chosen is None


@piloted
async def test_a_click_takes_an_order_also_in_a_very_small_terminal():
    app = Choosing()
    async with app.run_test(size=(40, 10)) as pilot:
        first = app.offered[0]
        await pilot.click(OptionList, offset=(5, 0))
        await until(pilot, lambda: app.chosen != NOT_YET)
    assert app.chosen == first


@piloted
async def test_an_order_that_the_model_gets_is_in_the_menu_by_itself(monkeypatch):
    class Polish(Order):
        """Polish machines [until] they shine."""

        verb = "polish"
        label = "Polish machines"

    monkeypatch.setitem(ORDERS, "polish", Polish)
    app = Choosing()
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press(*"shine")
        await until(pilot, lambda: app.offered == ["polish"])
        picture = app.export_screenshot().replace("&#160;", " ")
    assert Polish.label in picture and description(Polish) in picture


@piloted
async def test_opened_again_it_offers_everything_again():
    app = Choosing()
    async with app.run_test() as pilot:
        await pilot.press(*"kill")
        await until(pilot, lambda: app.offered[0] == "kill" and len(app.offered) < len(ORDERS))
        await pilot.press("escape")
        await until(pilot, lambda: app.chosen is None)
        app.on_mount()
        await until(pilot, lambda: isinstance(app.screen, OrderMenu) and len(app.offered) == len(ORDERS))
        assert app.screen.query_one(Input).value == ""
        assert app.focused is app.screen.query_one(Input)
