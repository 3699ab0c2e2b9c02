"""One field of an order, as something that can be filled in."""

import json
import types
from collections.abc import Sequence
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import yaml
from pydantic import TypeAdapter
from pydantic.fields import FieldInfo
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Checkbox, Input, Label, Select

from lab.model.spec import kebab
from lab.scenario.mistakes import Mistake, ScenarioError
from lab.scenario.yaml_tree import parse
from lab.tui.widgets.line import Line
from lab.tui.widgets.tick import Tick

MOST = 4096
"""Characters of one field; more is somebody's paste."""

VERSIONS = ("version", "declared-version", "good", "bad")
"""Fields that hold a version: one of those that the session knows."""


class OrderField(Vertical):
    """A field's name, what it means, and its value; what is wrong with the value stands below it."""

    DEFAULT_CSS = """
    OrderField { height: auto; margin-bottom: 1; }
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
        about = f"{required}  {self._field.description or ''}".rstrip()
        yield Label(Content.assemble((kebab(self.field), "bold"), (about, "$foreground-muted")))
        yield self._editor()
        yield Label("", classes="wrong", markup=False)

    @property
    def value(self) -> Any:
        """What was filled in, None if nothing was. Raises ValueError for what cannot be read."""
        editor = self.query_one("#editor")
        if isinstance(editor, Checkbox):
            return None if editor.value == self._usual else editor.value
        if isinstance(editor, Select):
            return None if editor.selection is None else editor.selection
        assert isinstance(editor, Input)
        return read(editor.value, self._field)

    def blame(self, what: str) -> None:
        """Say what is wrong with the value; nothing if it is right."""
        label = self.query_one(".wrong", Label)
        label.update(f"✗ {what}" if what else "")
        label.set_class(bool(what), "-there")

    @on(Input.Changed)
    @on(Select.Changed)
    @on(Checkbox.Changed)
    def _change(self, event: Message) -> None:
        event.stop()
        self.blame("")  # it was about another value
        self.post_message(self.Changed())

    @property
    def _usual(self) -> bool:
        """What a box to tick is if nobody touches it."""
        return bool(self._field.get_default(call_default_factory=True))

    def _editor(self) -> Input | Select[Any] | Checkbox:
        if self._choices:
            options = [(str(choice), choice) for choice in self._choices]
            chosen = {"value": self._preset} if self._preset in self._choices else {}
            return Select(options, allow_blank=True, id="editor", compact=True, **chosen)
        if _bare(self._field.annotation) is bool:
            return Tick("yes", self._usual, id="editor")
        text = "" if self._preset is None else str(self._preset)
        return Line(text, placeholder=placeholder(self._field), id="editor", max_length=MOST, select_on_focus=False)


def choices(field: FieldInfo) -> tuple[Any, ...]:
    """The values that a field can have, if they can be counted."""
    bare = _bare(field.annotation)
    return get_args(bare) if get_origin(bare) is Literal else ()


def placeholder(field: FieldInfo) -> str:
    """What is taken without a value, or examples of one, as they would be typed."""
    annotated: Any = Annotated
    bare: Any = field.annotation
    kind: TypeAdapter[Any] = TypeAdapter(annotated[bare, *field.metadata] if field.metadata else bare)
    if field.default not in (None, [], {}) and not field.is_required():
        extra = field.json_schema_extra
        written = extra.get("default") if isinstance(extra, dict) else None
        return _typed(written or kind.dump_python(field.default, mode="json"))
    schema = kind.json_schema()
    alternatives = [schema, *schema.get("anyOf", ())]
    examples = field.examples or next((one["examples"] for one in alternatives if "examples" in one), [])
    return f"such as {', '.join(map(_typed, examples))}" if examples else ""


def read(text: str, field: FieldInfo) -> Any:
    """The value that was typed; None if nothing was.

    A text needs no quotes, nor does any other single value, such as `> 1`, that would be something else in YAML. What
    a scenario may not hold is refused here too: control characters, tags, endless nesting. Raises ValueError.
    """
    typed = text.strip()
    if not typed:
        return None
    bare = _bare(field.annotation)
    quoted = json.dumps(typed, ensure_ascii=False)
    ways = {str: [quoted], list: [typed], dict: [typed]}.get(get_origin(bare) or bare, [typed, quoted])
    for way in ways:
        value, mistakes = _parsed(way)
        if not mistakes:
            return value
    example = f" such as {_typed(field.examples[0])}" if field.examples else ""
    raise ValueError(f"expected {mistakes[0].expected}{example}, not {mistakes[0].found}")


def _parsed(text: str) -> tuple[Any, Sequence[Mistake]]:
    """The value of some YAML, and what is wrong in it."""
    try:
        root, mistakes = parse(f"- {text}", "")  # the item of a list: by itself, a comment would be no document
    except ScenarioError as error:
        return None, error.mistakes
    return root.plain[0], mistakes


def _typed(value: Any) -> str:
    if isinstance(value, str):
        return value
    return yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=1000).replace("\n...", "").strip()


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
