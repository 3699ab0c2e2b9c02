"""One question before something is destroyed."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Label

from lab.tui.screens.dialog import Dialog


class ConfirmScreen(Dialog[bool]):
    """Yes or no; no is the answer to anything but a plain yes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,n,ctrl+c", "answer(False)", "No", id="confirm.no"),
        Binding("y", "answer(True)", "Yes", id="confirm.yes"),
        Binding("left", "app.focus_previous", show=False, id="confirm.left"),
        Binding("right", "app.focus_next", show=False, id="confirm.right"),
    ]
    DEFAULT_CSS = """
    ConfirmScreen > Vertical {
        width: 72; max-width: 100%; height: auto; max-height: 100%;
        border: round $error; background: $surface; padding: 0 1;
    }
    ConfirmScreen VerticalScroll { height: auto; max-height: 50vh; }
    ConfirmScreen Label { width: 1fr; }
    ConfirmScreen #detail { color: $text-muted; margin-top: 1; }
    ConfirmScreen Horizontal { height: auto; margin-top: 1; }
    ConfirmScreen Button { min-width: 8; margin-right: 2; }
    ConfirmScreen #no, ConfirmScreen #yes { background: $panel; color: $text; text-style: none; }
    ConfirmScreen #yes { color: $error; }
    ConfirmScreen #no:focus, ConfirmScreen #yes:focus { color: $background; text-style: bold underline; }
    ConfirmScreen #no:focus { background: $primary; }
    ConfirmScreen #yes:focus { background: $error; }
    """

    def __init__(self, question: str, detail: str, yes: str) -> None:
        super().__init__()
        self._question = question
        self._detail = detail
        self._yes = yes

    def compose(self) -> ComposeResult:
        with Vertical():
            with VerticalScroll(can_focus=False):
                yield Label(self._question, id="question", markup=False)
                yield Label(self._detail, id="detail", markup=False)
            with Horizontal():
                yield Button("No (n)", variant="primary", id="no", compact=True)
                yield Button(f"{self._yes} (y)", variant="error", id="yes", compact=True)

    def on_mount(self) -> None:
        self.query_one("#no").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.action_answer(event.button.id == "yes")

    def action_answer(self, yes: bool) -> None:
        self.dismiss(yes)
