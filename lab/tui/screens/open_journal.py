"""Choosing the journal of a session to look at: one of those that are kept, or any file."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import DataTable, Input, Label, Static
from textual.widgets.data_table import RowKey

from lab.engines.base import LabError
from lab.report.timeline import plain
from lab.sessions import Listed
from lab.tui.background import ask
from lab.tui.screens.dialog import Dialog
from lab.tui.widgets.line import Line

SIGNS = {"running": "●", "ok": "✓", "failed": "✗", "interrupted": "◌", "killed": "✗"}


class SessionTable(DataTable[Text], inherit_bindings=False):
    """The sessions whose journals are kept."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select_cursor", "Open", id="journals.open"),
        Binding("down,j", "cursor_down", "Down", show=False, id="journals.down"),
        Binding("up,k", "cursor_up", "Up", show=False, id="journals.up"),
        Binding("home,g", "scroll_top", "First", show=False, id="journals.first"),
        Binding("end,G", "scroll_bottom", "Last", show=False, id="journals.last"),
        Binding("pagedown", "page_down", "Page down", show=False, id="journals.page-down"),
        Binding("pageup", "page_up", "Page up", show=False, id="journals.page-up"),
    ]

    def show(self, sessions: list[Listed]) -> None:
        """List these."""
        self.clear(columns=True)
        self.add_columns("session", "state", "engine", "when", "title")
        for one in sessions:
            when = datetime.fromtimestamp(one.modified).strftime("%Y-%m-%d %H:%M")
            cells = (one.session.name, f"{SIGNS[one.state]} {one.state}", one.engine, when, one.title)
            self.add_row(*(Text(plain(cell)) for cell in cells), key=str(one.session.journal))


class OpenJournalScreen(Dialog[Path]):
    """Its result is a journal that can be read, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,ctrl+c", "close", "Close", id="journals.close")]
    DEFAULT_CSS = """
    OpenJournalScreen > Vertical {
        width: 110; max-width: 100%; height: 80%; border: round $accent; background: $surface; padding: 0 1;
    }
    OpenJournalScreen Label { text-style: bold; }
    OpenJournalScreen Input { border: none; height: 1; margin: 1 0; padding: 0 1; background: $background; }
    OpenJournalScreen Input:focus { border: none; }
    OpenJournalScreen SessionTable { height: 1fr; background: $surface; scrollbar-size: 1 1; }
    OpenJournalScreen Static { height: auto; color: $text-muted; }
    OpenJournalScreen Static.-wrong { color: $text-error; }
    """

    @dataclass
    class Found(Message):
        """The sessions that are kept, or what keeps them from being listed."""

        sessions: list[Listed]
        error: str = ""

    @dataclass
    class Checked(Message):
        """Whether a file is a journal: what is wrong with it, or nothing."""

        path: Path
        error: str = ""

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Label("Open a journal")
            yield Line(placeholder="a journal file, or the name of a session", id="path")
            yield SessionTable(cursor_type="row", zebra_stripes=False)
            yield Static("reading the journals …", id="said", markup=False)

    def on_mount(self) -> None:
        self.query_one(SessionTable).focus()
        ask(self, _found)

    def on_open_journal_screen_found(self, event: Found) -> None:
        self.query_one(SessionTable).show(event.sessions)
        if event.error:
            self._say(event.error, wrong=True)
        elif event.sessions:
            self._say("enter opens the highlighted session, tab goes to the path of a file, esc closes this")
        else:
            self._say("No sessions yet: everything that is played is recorded, and will be here.")

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        self._check(event.row_key)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.value.strip():
            self._check(event.value.strip())

    def _check(self, given: RowKey | str) -> None:
        text = str(given.value if isinstance(given, RowKey) else given)
        self._say(f"reading {plain(text)} …")
        ask(self, lambda: _checked(text))

    def on_open_journal_screen_checked(self, event: Checked) -> None:
        if event.error:
            self._say(event.error, wrong=True)
        elif self.is_current:
            self.dismiss(event.path)

    def action_close(self) -> None:
        self.dismiss(None)

    def _say(self, text: str, wrong: bool = False) -> None:
        said = self.query_one("#said", Static)
        said.set_class(wrong, "-wrong")
        said.update(plain(text))


def _found() -> OpenJournalScreen.Found:
    from lab.sessions import listed

    try:
        return OpenJournalScreen.Found(listed())
    except (LabError, OSError) as error:
        return OpenJournalScreen.Found([], str(error))


def _checked(text: str) -> OpenJournalScreen.Checked:
    """Whether there is a journal at that path, or a session of that name."""
    from lab.journal import read
    from lab.sessions import find

    path = Path(text).expanduser()
    try:
        session = None if path.exists() else find(text)
        path = session.journal if session else path
        next(read(path))
    except (LabError, OSError, RuntimeError) as error:
        return OpenJournalScreen.Checked(path, str(error))
    return OpenJournalScreen.Checked(path)
