"""What is seen while a session is being opened: what is being built or started, how far that is, and a way out."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, ProgressBar, Static

from lab.model.events import Progress
from lab.report.timeline import Line, plain
from lab.tui.picture import Picture
from lab.tui.screens.dialog import Dialog

SHOWN = 10
"""Lines of the timeline that are shown, the newest."""


class SetupScreen(Dialog[None]):
    """Shows the set-up of a session, from its pictures. The screen that it covers hears if the user gives it up."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,ctrl+c", "cancel", "Cancel", id="setup.cancel")]
    DEFAULT_CSS = """
    SetupScreen > Vertical {
        width: 84; max-width: 100%; height: auto; max-height: 100%; overflow-y: auto;
        border: round $accent; background: $surface; padding: 1 2;
    }
    SetupScreen Static { width: 1fr; height: auto; }
    SetupScreen ProgressBar { width: 1fr; margin: 1 0; }
    SetupScreen Bar { width: 1fr; }
    SetupScreen #lines { color: $text-muted; }
    SetupScreen Button { margin-top: 1; }
    """

    class Cancelled(Message):
        """The user doesn't want this session any more."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: object = None
        self._cancelled = False

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static("The lab is being opened …", id="title", markup=False)
            yield Static("", id="what", markup=False)
            yield ProgressBar(show_eta=False, show_percentage=False)
            yield Static("", id="lines", markup=False)
            yield Button("Cancel (esc)", id="cancel")

    def show(self, picture: Picture) -> None:
        """Draw how far this picture's session has come."""
        newest = picture.lines[-1] if picture.lines else None
        seen = (picture.state.session, picture.progress, newest, len(picture.lines))
        if not self.is_mounted or seen == self._shown:
            return
        self._shown = seen
        self.query_one("#title", Static).update(title(picture))
        self.query_one("#lines", Static).update(listed([*picture.lines][-SHOWN:]))
        if not self._cancelled:
            self._show_progress(picture.progress)

    def _show_progress(self, progress: Progress | None) -> None:
        total, done = (progress.total, progress.done) if progress else (0, 0)
        self.query_one("#what", Static).update(words(progress))
        bar = self.query_one(ProgressBar)
        bar.update(total=total or None, progress=done)

    def on_button_pressed(self) -> None:
        self.action_cancel()

    def action_cancel(self) -> None:
        """Ask for the session's end, once; whoever runs it takes this screen away when it is over."""
        if self._cancelled:
            return
        self._cancelled = True
        self.query_one(Button).disabled = True
        self.query_one("#what", Static).update("Cancelled. What was made so far is being removed …")
        self.query_one(ProgressBar).update(total=None)
        stack = self.app.screen_stack
        below = stack[stack.index(self) - 1]
        below.post_message(self.Cancelled())


def title(picture: Picture) -> Content:
    """What is being opened, on which engine and why."""
    session = picture.state.session
    if session is None:
        return Content("The lab is being opened …")
    return Content.assemble(
        (plain(session.title), "bold"), (f"\n{session.engine}: {plain(session.why)}", "$text-muted")
    )


def words(progress: Progress | None) -> Content:
    """How far it has come."""
    if progress is None:
        return Content("")
    count = f" ({progress.done} of {progress.total})" if progress.total else ""
    return Content(plain(progress.text).strip() + count)


def listed(lines: list[Line]) -> Content:
    """Lines of the timeline, one below the other."""
    return Content("\n").join(Content(line.text) for line in lines)
