"""The form of an order, made from the order's own fields."""

from typing import Any, ClassVar

from pydantic import ValidationError
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, ItemGrid, Vertical, VerticalScroll
from textual.events import DescendantFocus
from textual.widgets import Button, Checkbox, Input, Label, Static

from lab.model.orders import ORDERS, OnServers, Order
from lab.report.equivalent import equivalent, only_as_if, servers_of, step_yaml
from lab.report.timeline import plain
from lab.tui.orders import Given, Keys, OrderContext, blanks, complaints, description, filled
from lab.tui.screens.confirm import ConfirmScreen
from lab.tui.screens.dialog import Dialog
from lab.tui.widgets.order_field import VERSIONS, OrderField
from lab.tui.widgets.tick import Tick

COMMANDS = 4
"""As many commands are shown; the others are counted."""


class OrderScreen(Dialog[Given | None]):
    """Asks for what an order needs, shows it in other words, and asks again before it destroys anything."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+c", "cancel", "Cancel", id="form.cancel"),
        Binding("ctrl+s", "submit", "Give", id="form.submit", priority=True),
        Binding("pageup", "page('up')", "Page up", show=False, id="form.page-up"),
        Binding("pagedown", "page('down')", "Page down", show=False, id="form.page-down"),
    ]
    DEFAULT_CSS = """
    OrderScreen > Vertical {
        width: 88; max-width: 100%; height: auto; max-height: 100%;
        border: round $accent; border-subtitle-color: $text-muted; background: $surface; padding: 0 1;
    }
    OrderScreen VerticalScroll { height: auto; max-height: 70vh; }
    OrderScreen OrderField Label { width: 1fr; }
    OrderScreen #about { color: $text-muted; margin-bottom: 1; }
    OrderScreen #fleets { height: auto; margin-bottom: 1; }
    OrderScreen #words { color: $text-muted; }
    OrderScreen #wrong { color: $error; display: none; max-height: 3; }
    OrderScreen #wrong.-there { display: block; }
    OrderScreen #buttons { height: auto; }
    OrderScreen Button { margin-right: 2; }
    OrderScreen #buttons Button:focus { text-style: bold underline; }
    """

    def __init__(self, verb: str, about: OrderContext) -> None:
        super().__init__()
        self._kind: type[Order] = ORDERS[verb]
        self._about = about
        self._blanks = {"-".join(keys): (keys, field) for keys, field in blanks(self._kind)}

    def compose(self) -> ComposeResult:
        with Vertical() as frame:
            frame.border_title = self._kind.label
            frame.border_subtitle = "ctrl+s give, esc cancel, pgdn more"
            with VerticalScroll(can_focus=False):
                yield Static(description(self._kind), id="about", markup=False)
                for name, (_, field) in self._blanks.items():
                    yield OrderField(name, field, self._preset(name), self._about.versions)
                yield Label("for")
                with ItemGrid(id="fleets", min_column_width=max(map(len, self._about.fleets), default=0) + 6):
                    for fleet in self._about.fleets:
                        yield Tick(fleet, self._usually(fleet), name=fleet)
                yield Static("", id="words", markup=False)
            yield Static("", id="wrong", markup=False)
            with Horizontal(id="buttons"):
                yield Button(
                    self._kind.label, variant="error" if self._kind.destroys else "primary", id="give", compact=True
                )
                yield Button("Cancel", id="cancel", compact=True)

    def on_mount(self) -> None:
        # What could be given as it stands takes one key press more; anything else begins with its first field.
        first = self.query_one("#give") if self._given() else self.query("OrderField #editor").first()
        first.focus(scroll_visible=False)
        self._say()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Show the whole field, not only where it is filled in."""
        for node in event.widget.ancestors:
            if isinstance(node, OrderField):
                self.call_after_refresh(node.scroll_visible, animate=False)

    # What is filled in

    def on_order_field_changed(self, event: OrderField.Changed) -> None:
        self._say()

    def on_checkbox_changed(self, event: Checkbox.Changed) -> None:
        self._say()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_submit()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        (self.action_submit if event.button.id == "give" else self.action_cancel)()

    def action_page(self, way: str) -> None:
        """Show more of the form; what it says in other words has nothing that could take the focus."""
        form = self.query_one(VerticalScroll)
        (form.scroll_page_up if way == "up" else form.scroll_page_down)(animate=False)

    def action_cancel(self) -> None:
        self.dismiss(None)

    def action_submit(self) -> None:
        """Give the order, unless something is wrong with it; ask before it destroys anything."""
        given = self._given(blame=True)
        if given is None:
            return
        if not self._kind.destroys:
            self.dismiss(given)
            return
        question = f"{self._kind.label}: {', '.join(given.fleets)}?"
        confirm = ConfirmScreen(question, self._in_words(given), self._kind.label)
        self.app.push_screen(confirm, lambda yes: self._sure(given, yes))

    def _sure(self, given: Given, yes: bool | None) -> None:
        if yes:
            self.dismiss(given)

    # From fields to the order

    def _given(self, blame: bool = False) -> Given | None:
        """The order as it is filled in; None if it is not one yet, which is said where it is wrong if `blame`."""
        values, wrong = self._values()
        order = None
        if not wrong:
            try:
                order = filled(self._kind, values, self._about.known)
            except ValidationError as error:
                wrong = complaints(error, [keys for keys, _ in self._blanks.values()])
        if order and not self._fleets:
            wrong = {(): "a fleet to give it to"}
        if blame:
            self._blame(wrong)
        return Given(order, self._fleets) if order and not wrong else None

    def _values(self) -> tuple[dict[Keys, Any], dict[Keys, str]]:
        """What was filled in, and what cannot be read."""
        values: dict[Keys, Any] = {}
        wrong: dict[Keys, str] = {}
        for field in self.query(OrderField):
            keys, _ = self._blanks[field.field]
            try:
                value = field.value
            except ValueError as error:
                wrong[keys] = str(error).removeprefix("expected ")
            else:
                if value is not None:
                    values[keys] = value
        return values, wrong

    def _blame(self, wrong: dict[Keys, str]) -> None:
        """Say what is wrong, each at its place, and go to the first."""
        said = {keys: plain(f"expected {what}") for keys, what in wrong.items()}
        blamed = [field for field in self.query(OrderField) if self._blanks[field.field][0] in said]
        for field in self.query(OrderField):
            field.blame(said.get(self._blanks[field.field][0], ""))
        label = self.query_one("#wrong", Static)
        label.update(f"✗ {said[()]}" if () in said else "")
        label.set_class(() in said, "-there")
        if blamed:
            blamed[0].query_one("#editor").focus(scroll_visible=False)

    @property
    def _fleets(self) -> tuple[str, ...]:
        return tuple(str(box.name) for box in self.query("#fleets Checkbox").results(Checkbox) if box.value)

    # What is shown of it

    def _say(self) -> None:
        given = self._given()
        self.query_one("#words", Static).update(self._in_words(given) if given else "")

    def _in_words(self, given: Given) -> str:
        """The order as a scenario would give it, and as commands, if it comes down to some."""
        all_of_them = set(given.fleets) == set(self._about.fleets)
        step = step_yaml(given.order, () if all_of_them else given.fleets)
        servers = servers_of(given.order, self._about.named(given.fleets))
        lines = equivalent(given.order, given.fleets, servers, self._about.session, self._about.engine)
        more = [f"… and {len(lines) - COMMANDS} more"] if len(lines) > COMMANDS else []
        heading = "Docker would run:" if only_as_if(given.order, self._about.engine) else "The same by hand:"
        shown = [heading, *(f"$ {line}" for line in lines[:COMMANDS]), *more] if lines else []
        return plain("\n".join(["As a step of a scenario:", step.rstrip(), *shown]))

    def _preset(self, name: str) -> Any:
        server, versions = self._about.server, self._about.versions
        if name == "server" and issubclass(self._kind, OnServers):
            return server.number if server and server.number else None
        if versions and name in VERSIONS and self._blanks[name][1].is_required():
            usual = {"version": _next(server.version if server else "", versions), "good": versions[0]}
            return usual.get(name, versions[-1])
        return None

    def _usually(self, fleet: str) -> bool:
        """Orders to servers go to the fleet that is looked at, all others to all."""
        return fleet == self._about.fleet or not (issubclass(self._kind, OnServers) and self._about.fleet)


def _next(version: str, versions: tuple[str, ...]) -> str:
    """The version after this one, or the last."""
    after = versions.index(version) + 1 if version in versions else len(versions)
    return versions[min(after, len(versions) - 1)]
