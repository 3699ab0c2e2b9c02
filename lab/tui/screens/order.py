"""The form of an order, made from the order's own fields."""

from typing import Any, ClassVar

from pydantic import ValidationError
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Checkbox, Input, Label, Static

from lab.model.orders import ORDERS, OnServers, Order
from lab.model.spec import kebab
from lab.report.equivalent import equivalent, servers_of, step_yaml
from lab.report.timeline import plain
from lab.scenario.wording import expectation
from lab.tui.orders import Given, OrderContext, description
from lab.tui.screens.confirm import ConfirmScreen
from lab.tui.widgets.order_field import VERSIONS, OrderField
from lab.tui.widgets.tick import Tick

COMMANDS = 4
"""As many commands are shown; the others are counted."""


class OrderScreen(ModalScreen[Given | None]):
    """Asks for what an order needs, shows it in other words, and asks again before it destroys anything."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+c", "cancel", "Cancel", id="form.cancel"),
        Binding("ctrl+s", "submit", "Give", id="form.submit", priority=True),
    ]
    DEFAULT_CSS = """
    OrderScreen { align: center middle; background: $background 60%; }
    OrderScreen > Vertical {
        width: 88; max-width: 100%; height: auto; max-height: 100%;
        border: round $accent; background: $surface; padding: 0 2;
    }
    OrderScreen VerticalScroll { height: auto; max-height: 70vh; }
    OrderScreen #about { color: $text-muted; margin-bottom: 1; }
    OrderScreen #fleets { height: auto; margin-bottom: 1; }
    OrderScreen #words { color: $text-muted; }
    OrderScreen #wrong { color: $error; display: none; }
    OrderScreen #wrong.-there { display: block; }
    OrderScreen #buttons { height: auto; }
    OrderScreen Button { margin-right: 2; }
    """

    def __init__(self, verb: str, about: OrderContext) -> None:
        super().__init__()
        self._kind: type[Order] = ORDERS[verb]
        self._about = about

    def compose(self) -> ComposeResult:
        with Vertical() as frame:
            frame.border_title = self._kind.label
            with VerticalScroll(can_focus=False):
                yield Static(description(self._kind), id="about", markup=False)
                for name, field in self._kind.model_fields.items():
                    yield OrderField(name, field, self._preset(name), self._about.versions)
                yield Label("for")
                with Horizontal(id="fleets"):
                    for fleet in self._about.fleets:
                        yield Tick(fleet, self._usually(fleet), name=fleet)
                yield Static("", id="words", markup=False)
            yield Static("", id="wrong", markup=False)
            with Horizontal(id="buttons"):
                yield Button(
                    self._kind.label, variant="error" if self._kind.destroys else "primary", id="give", compact=True
                )
                yield Button("Cancel (esc)", id="cancel", compact=True)

    def on_mount(self) -> None:
        editors = self.query("OrderField #editor")
        # What could be given as it stands takes one key press more; anything else begins with its first field.
        (self.query_one("#give") if self._given() else editors.first()).focus()
        self._say()

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
        self.app.push_screen(ConfirmScreen(question, self._in_words(given), "Yes"), lambda yes: self._sure(given, yes))

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
                order = self._kind.model_validate({kebab(name): value for name, value in values.items()})
            except ValidationError as error:
                wrong = {str(one["loc"][0]) if one["loc"] else "": _words(one) for one in error.errors()}
        if order and not self._fleets:
            wrong = {"": "choose a fleet"}
        if blame:
            self._blame(wrong)
        return Given(order, self._fleets) if order and not wrong else None

    def _values(self) -> tuple[dict[str, Any], dict[str, str]]:
        values: dict[str, Any] = {}
        wrong: dict[str, str] = {}
        for field in self.query(OrderField):
            try:
                value = field.value
            except ValueError as error:
                wrong[kebab(field.field)] = str(error)
                continue
            if value is not None:
                values[field.field] = value
        return values, wrong

    def _blame(self, wrong: dict[str, str]) -> None:
        fields = {kebab(field.field): field for field in self.query(OrderField)}
        for name, field in fields.items():
            field.blame(plain(wrong.get(name, "")))
        rest = [what for name, what in wrong.items() if name not in fields]
        label = self.query_one("#wrong", Static)
        label.update(plain(f"✗ {'; '.join(rest)}"[:200]) if rest else "")
        label.set_class(bool(rest), "-there")

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
        named: dict[int, list[str]] = {}
        for fleet, number, name in self._about.names:
            if fleet in given.fleets:
                named.setdefault(number, []).append(name)
        lines = equivalent(given.order, servers_of(given.order, named), self._about.session)
        more = [f"… and {len(lines) - COMMANDS} more"] if len(lines) > COMMANDS else []
        heading = "Docker would run:" if self._about.engine == "sim" else "The same by hand:"
        shown = [heading, *(f"$ {line}" for line in lines[:COMMANDS]), *more] if lines else []
        return plain("\n".join(["As a step of a scenario:", step.rstrip(), *shown]))

    def _preset(self, name: str) -> Any:
        server, versions = self._about.server, self._about.versions
        if name == "server" and issubclass(self._kind, OnServers):
            return server.number if server and server.number else None
        if versions and name in VERSIONS:
            return {"version": _next(server.version if server else "", versions), "good": versions[0]}.get(
                name, versions[-1]
            )
        return None

    def _usually(self, fleet: str) -> bool:
        """Orders to servers go to the fleet that is looked at, all others to all."""
        return fleet == self._about.fleet or not (issubclass(self._kind, OnServers) and self._about.fleet)


def _next(version: str, versions: tuple[str, ...]) -> str:
    """The version after this one, or the last."""
    after = versions.index(version) + 1 if version in versions else len(versions)
    return versions[min(after, len(versions) - 1)]


def _words(error: Any) -> str:
    found = "" if error["type"] == "missing" else f", not {str(error.get('input'))[:40]}"
    return f"expected {expectation(error)}{found}"
