"""What is asked before a session is left: what is to become of what it made."""

from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Label

from lab.tui.screens.dialog import Dialog

Answer = Literal["remove", "keep", "stay"]


class LeaveScreen(Dialog[Answer]):
    """Remove what runs, keep it, or stay."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+c", "answer('stay')", "Stay", id="leave.stay"),
        Binding("r", "answer('remove')", "Remove", id="leave.remove"),
        Binding("k", "answer('keep')", "Keep", id="leave.keep"),
        Binding("left", "app.focus_previous", show=False, id="leave.left"),
        Binding("right", "app.focus_next", show=False, id="leave.right"),
    ]
    DEFAULT_CSS = """
    LeaveScreen > Vertical {
        width: 72; max-width: 100%; height: auto; max-height: 100%; border: round $accent; background: $surface;
        padding: 1 2; overflow-y: auto;
    }
    LeaveScreen Horizontal { height: auto; margin-top: 1; }
    LeaveScreen Label { width: 1fr; }
    LeaveScreen Button { margin-right: 2; }
    """

    def __init__(self, session: str, servers: int, real: bool) -> None:
        super().__init__()
        self._session = session
        self._servers = servers
        self._real = real

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Label(f"Leave session {self._session}?", markup=False)
            yield Label(self._consequences(), markup=False)
            with Horizontal():
                yield Button("Remove (r)" if self._real else "End it (r)", variant="error", id="remove")
                if self._real:
                    yield Button("Keep (k)", id="keep")
                yield Button("Stay (esc)", variant="primary", id="stay")

    def on_mount(self) -> None:
        self.query_one("#stay").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.action_answer(event.button.id or "stay")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self._real or parameters != ("keep",)

    def action_answer(self, answer: Answer | str) -> None:
        self.dismiss("remove" if answer == "remove" else "keep" if answer == "keep" else "stay")

    def _consequences(self) -> str:
        if not self._real:
            return "It is simulated: nothing of it stays but its journal, which can be replayed."
        return (
            f"{self._servers} servers, the proxy and the package repository run in Docker.\n"
            "Remove: all of it goes. Keep: it goes on running, without traffic, until `lab down`.\n"
            "The journal stays either way, and can be replayed."
        )
