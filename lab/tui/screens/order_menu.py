"""The menu of all orders."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from lab.model.orders import ORDERS, Order
from lab.tui.orders import description
from lab.tui.screens.dialog import Dialog
from lab.tui.widgets.line import Line

MENU = "orders"
"""The name under which the app keeps the one menu that there is: it is opened much faster than a new one is made."""


class OrderMenu(Dialog[str | None]):
    """Every order with its key and what it does; typing narrows it down, enter takes one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+c", "cancel", "Cancel", id="menu.cancel"),
        Binding("down", "move(1)", show=False, id="menu.down"),
        Binding("up", "move(-1)", show=False, id="menu.up"),
    ]
    DEFAULT_CSS = """
    OrderMenu > Vertical {
        width: 88; max-width: 100%; height: auto; max-height: 100%;
        border: round $accent; border-title-color: $text; background: $surface; padding: 0 1;
    }
    OrderMenu Input { border: none; height: 1; padding: 0; background: $panel; }
    OrderMenu Input:focus { border: none; }
    OrderMenu OptionList { height: auto; max-height: 1fr; border: none; background: $surface; padding: 0; }
    OrderMenu OptionList:focus { border: none; }
    """

    def compose(self) -> ComposeResult:
        with Vertical() as frame:
            frame.border_title = "Orders"
            yield Line(placeholder="type to narrow it down", max_length=100)
            yield OptionList(id="orders")

    def on_screen_resume(self) -> None:
        """It is kept between two times that it is opened, and begins anew."""
        line, orders = self.query_one(Input), self.query_one(OptionList)
        line.value = ""
        if orders.option_count < len(ORDERS):
            self._fill("")
        orders.highlighted = 0
        orders.scroll_home(animate=False)
        line.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        self._fill(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        orders = self.query_one(OptionList)
        if orders.highlighted is not None:
            orders.action_select()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)

    def action_cancel(self) -> None:
        self.dismiss(None)

    def action_move(self, by: int) -> None:
        orders = self.query_one(OptionList)
        (orders.action_cursor_down if by > 0 else orders.action_cursor_up)()

    def _fill(self, typed: str) -> None:
        orders = self.query_one(OptionList)
        orders.clear_options()
        orders.add_options(Option(_told(ORDERS[verb]), id=verb) for verb in found(typed))
        if orders.option_count:
            orders.highlighted = 0


def found(typed: str) -> list[str]:
    """The orders in which all these words are found: first where they name it, last what no key is for."""
    words = typed.lower().split()

    def names(text: str) -> bool:
        return all(word in text.lower() for word in words)

    fit = [verb for verb, order in ORDERS.items() if names(f"{verb} {order.label} {description(order)}")]
    return sorted(fit, key=lambda verb: (not names(f"{verb} {ORDERS[verb].label}"), ORDERS[verb].key is None))


def _told(order: type[Order]) -> Text:
    head = (f"{order.key or '':>2}  {order.label}\n", "bold")
    return Text.assemble(head, (f"    {description(order)}", "dim"), overflow="ellipsis")
