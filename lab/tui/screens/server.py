"""One server from near: what it is, what changed on it, what it says, and what the lab did to it."""

import asyncio
from typing import TYPE_CHECKING, ClassVar, TypeVar

from rich.console import Group, RenderableType
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static, TabbedContent, TabPane

from lab.engines.base import LabError
from lab.model.look import Usage
from lab.tui import server_facts as facts
from lab.tui.deck import Deck
from lab.tui.widgets.key_bar import KeyBar

if TYPE_CHECKING:
    from concurrent.futures import Future

T = TypeVar("T")

FOLLOW = 1.0
"""Seconds between two looks at what moves: logs and usage."""

LOOK = 5.0
"""Seconds between two looks at the whole server; each is as dear as a scan of it."""

LOG_LINES = 200

RECORDED = "Not recorded: only a running session can be asked for it."


class ServerScreen(Screen[None]):
    """Follows one server of the session that a deck shows."""

    HELP = """\
    Everything that is known of one server. **Changes** are held against the declared state; **Commands** are exactly
    what the lab ran. In a replay there is what was recorded.
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "Back", id="server.close"),
        Binding("e", "shell", "Shell", id="server.shell"),
        Binding("f5", "look", "Look again", id="server.look"),
        *(
            Binding(str(number), f"tab('{name}')", name.title(), id=f"server.{name}", show=False)
            for number, name in enumerate(("changes", "packages", "logs", "commands"), 1)
        ),
    ]
    DEFAULT_CSS = """
    ServerScreen #facts { height: auto; padding: 0 1; background: $panel; }
    ServerScreen TabbedContent { height: 1fr; }
    ServerScreen TabPane { padding: 0; }
    ServerScreen VerticalScroll { padding: 0 1; }
    ServerScreen Static { height: auto; }
    """

    class ShellWanted(Message):
        """The user wants to be on this server."""

        def __init__(self, server: str) -> None:
            super().__init__()
            self.server = server

    def __init__(self, deck: Deck, server: str) -> None:
        super().__init__()
        self._deck = deck
        self._server = server
        self._usage = Usage()

    def compose(self) -> ComposeResult:
        yield Static(id="facts")
        with TabbedContent(initial="changes"):
            for name in ("changes", "packages", "logs", "commands"):
                with TabPane(name.title(), id=name), VerticalScroll():
                    yield Static("looking …", id=f"text-{name}")
        yield KeyBar()

    def on_mount(self) -> None:
        self.set_interval(FOLLOW, self._follow)
        self.set_interval(LOOK, self.action_look)
        self._follow()
        self.action_look()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only a session that goes on can be asked, or be entered."""
        live = self._deck.live
        return action not in ("shell", "look") or (live is not None and not live.ended)

    def action_tab(self, name: str) -> None:
        self.query_one(TabbedContent).active = name

    def action_close(self) -> None:
        self.dismiss()

    def action_shell(self) -> None:
        self.post_message(self.ShellWanted(self._server))

    def action_look(self) -> None:
        """Look at the whole server, unless a look is under way."""
        if not self._busy("look"):
            self.run_worker(self._look(), group="look")

    def _follow(self) -> None:
        picture = self._deck.picture
        self._write("facts", facts.head(picture, self._server, self._usage))
        self._write("text-commands", facts.commands(picture, self._server))
        if not self._busy("follow"):
            self.run_worker(self._ask_again(), group="follow")

    def _busy(self, group: str) -> bool:
        return any(worker.group == group and not worker.is_finished for worker in self.workers)

    async def _ask_again(self) -> None:
        live = self._deck.live
        if live is None or live.ended:
            self._write("text-logs", Text(RECORDED, "dim"))
            return
        try:
            lines = await _answer(live.ask(lambda session: session.logs(self._server, LOG_LINES)))
            self._write("text-logs", facts.logs(lines))
            self._usage = await _answer(live.ask(lambda session: session.usage(self._server)))
        except LabError as error:
            self._usage = Usage()
            self.log(str(error))

    async def _look(self) -> None:
        live = self._deck.live
        if live is None or live.ended:
            self._write("text-changes", facts.recorded_drift(self._deck.picture, self._server))
            self._write("text-packages", Text(RECORDED, "dim"))
            return
        try:
            look = await _answer(live.ask(lambda session: session.look(self._server)))
        except LabError as error:
            self._write("text-changes", facts.unknown(error))
            return
        self._write("text-changes", Group(facts.started(look), facts.changes(look)))
        self._write("text-packages", facts.packages(look))

    def _write(self, where: str, what: RenderableType) -> None:
        if self.is_mounted:
            self.query_one(f"#{where}", Static).update(what)


async def _answer(question: "Future[T]") -> T:
    return await asyncio.wrap_future(question)
