"""One field of an order, as something that can be filled in."""

import types
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import yaml
from pydantic.fields import FieldInfo
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Checkbox, Input, Label, Select

from lab.model.spec import kebab
from lab.tui.widgets.tick import Tick

MOST = 4096
"""Characters of one field; more is somebody's paste."""

VERSIONS = ("version", "good", "bad")
"""Fields that hold a version: one of those that the session knows."""


class OrderField(Vertical):
    """A field's name, what it means, and its value; what is wrong with the value stands below it."""

    DEFAULT_CSS = """
    OrderField { height: auto; margin-bottom: 1; }
    OrderField .hint { color: $text-muted; }
    OrderField .wrong { color: $error; display: none; }
    OrderField .wrong.-there { display: block; }
    OrderField Input { border: none; height: 1; padding: 0 1; background: $panel; }
    OrderField Input:focus { border: none; background: $panel-lighten-2 40%; }
    """

    class Changed(Message):
        """The field's value is another one."""

    def __init__(self, name: str, field: FieldInfo, preset: Any, versions: tuple[str, ...]) -> None:
        super().__init__(id=f"field-{name}")
        self.field = name
        self._field = field
        self._preset = preset
        self._choices = choices(field) or (versions if name in VERSIONS else ())

    def compose(self) -> ComposeResult:
        required = " (required)" if self._field.is_required() else ""
        yield Label(f"{kebab(self.field)}{required}", markup=False)
        yield Label(self._field.description or "", classes="hint", markup=False)
        yield self._editor()
        yield Label("", classes="wrong", markup=False)

    @property
    def value(self) -> Any:
        """What was filled in, None if nothing was. Raises ValueError for what cannot be read."""
        editor = self.query_one("#editor")
        if isinstance(editor, Checkbox):
            return True if editor.value else None
        if isinstance(editor, Select):
            return None if editor.selection is None else editor.selection
        assert isinstance(editor, Input)
        return read(editor.value, self._field)

    def blame(self, what: str) -> None:
        """Say what is wrong with the value; nothing if it is right."""
        label = self.query_one(".wrong", Label)
        label.update(f"✗ {what}" if what else "")
        label.set_class(bool(what), "-there")

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed())

    def on_select_changed(self, event: Select.Changed) -> None:
        event.stop()
        self.post_message(self.Changed())

    def on_checkbox_changed(self, event: Checkbox.Changed) -> None:
        event.stop()
        self.post_message(self.Changed())

    def _editor(self) -> Input | Select[Any] | Checkbox:
        if self._choices:
            options = [(str(choice), choice) for choice in self._choices]
            chosen = {"value": self._preset} if self._preset in self._choices else {}
            return Select(options, allow_blank=True, id="editor", compact=True, **chosen)
        if _bare(self._field.annotation) is bool:
            return Tick("yes", bool(self._preset), id="editor")
        text = "" if self._preset is None else str(self._preset)
        return Input(text, placeholder=placeholder(self._field), id="editor", max_length=MOST, select_on_focus=False)


def choices(field: FieldInfo) -> tuple[Any, ...]:
    """The values that a field can have, if they can be counted."""
    bare = _bare(field.annotation)
    return get_args(bare) if get_origin(bare) is Literal else ()


def placeholder(field: FieldInfo) -> str:
    """An example, as it would be typed; what is taken without a value if there is no example."""
    if field.examples:
        return "such as " + _typed(field.examples[0])
    if field.is_required() or field.get_default(call_default_factory=True) in (None, [], {}):
        return ""
    shown = (field.json_schema_extra or {}) if isinstance(field.json_schema_extra, dict) else {}
    return f"{shown.get('default', field.get_default(call_default_factory=True))}"[:60] if _simple(field) else ""


def read(text: str, field: FieldInfo) -> Any:
    """The value that was typed: text where the field is text, YAML anywhere else. Raises ValueError."""
    if not text.strip():
        return None
    if _bare(field.annotation) is str:
        return text.strip()
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError):
        example = f", such as {_typed(field.examples[0])}" if field.examples else ""
        raise ValueError(f"expected YAML on one line{example}") from None


def _typed(value: Any) -> str:
    return yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=1000).replace("\n...", "").strip()


def _simple(field: FieldInfo) -> bool:
    return _bare(field.annotation) in (str, int, float, bool)


def _bare(annotation: Any) -> Any:
    """A type without what may be absent of it and without its conditions."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif get_origin(annotation) in (Union, types.UnionType):
            parts = [part for part in get_args(annotation) if part is not type(None)]
            if len(parts) != 1:
                return annotation
            annotation = parts[0]
        else:
            return annotation
