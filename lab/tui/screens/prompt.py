"""The shell of a server that is simulated: a few operations, typed as lines."""

import asyncio
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Label, RichLog

from lab.engines.base import LabError
from lab.model.shell import Shell
from lab.report.timeline import plain
from lab.tui.prompt import HELP, PromptError, parse
from lab.tui.screens.dialog import Dialog
from lab.tui.visit import WHO, Visit
from lab.tui.widgets.line import Line

EXIT = "exit"


class PromptLine(Line):
    """A line that is empty again the moment it is entered, however fast the next one is typed."""

    class Entered(Message):
        """This line was entered."""

        def __init__(self, line: str) -> None:
            super().__init__()
            self.line = line

    def on_key(self, event: events.Key) -> None:
        if event.key == "enter":  # here, and not through a binding, which would come after the keys that follow
            event.stop()
            event.prevent_default()
            line, self.value = self.value.strip(), ""
            self.post_message(self.Entered(line))
        elif event.key == "ctrl+d" and not self.value:  # the end of what is typed, as in any shell
            event.stop()
            event.prevent_default()
            self.post_message(self.Entered(EXIT))


class PromptScreen(Dialog[None]):
    """A prompt where a visit's shell is, until it is left."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,ctrl+c", "leave", "Leave", id="prompt.leave")]
    DEFAULT_CSS = """
    PromptScreen > Vertical {
        width: 100; max-width: 100%; height: 24; max-height: 100%; border: round $accent; background: $surface;
        padding: 0 1;
    }
    PromptScreen RichLog { height: 1fr; background: $surface; }
    PromptScreen Input { border: none; height: 1; padding: 0; background: $panel; }
    PromptScreen Input:focus { border: none; }
    """

    def __init__(self, visit: Visit, shell: Shell) -> None:
        super().__init__()
        self._visit = visit
        self._shell = shell

    def compose(self) -> ComposeResult:
        where = self._shell.server.name
        about = f"a copy of {self._shell.asked.name}, thrown away when you leave" if self._shell.throwaway else "itself"
        with Vertical():
            yield Label(f"{where}: {about}. The lab's simulator has no real shell; this is what it can do:")
            yield RichLog(wrap=True)
            yield PromptLine(placeholder=f"{where} # set timeout 30")

    def on_mount(self) -> None:
        self._say(HELP, "dim")
        self.query_one(Input).focus()

    def on_prompt_line_entered(self, event: PromptLine.Entered) -> None:
        line = event.line
        if line == EXIT:
            self.action_leave()
        elif line:
            self._say(f"{self._shell.server.name} # {line}", "bold")
            self._do(line)

    def action_leave(self) -> None:
        self.dismiss()

    def _do(self, line: str) -> None:
        try:
            order = parse(line, self._shell.asked.number, WHO)
        except PromptError as error:
            self._say(str(error), "italic")
            return
        self.run_worker(self._result(asyncio.wrap_future(self._visit.do(order))))

    async def _result(self, done: "asyncio.Future[str]") -> None:
        try:
            said = await done
        except LabError as error:
            said = str(error)
        self._say(said or "done", "" if said else "dim")

    def _say(self, text: str, style: str) -> None:
        self.query_one(RichLog).write(Text(plain(text), style))
