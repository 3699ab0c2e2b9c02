"""The terminal UI's frame: which screen is shown, and that no session is left behind."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work
from textual.app import App, SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.command import CommandPalette
from textual.screen import Screen

from lab.engines.base import LabError
from lab.model.orders import Scan
from lab.report.timeline import plain
from lab.tui.deck import Deck
from lab.tui.keymap import bindings, complaints
from lab.tui.live import Live, Plan
from lab.tui.order_commands import OrderCommands
from lab.tui.screens.home import HomeScreen
from lab.tui.screens.lab import LabScreen
from lab.tui.screens.leave import LeaveScreen
from lab.tui.screens.order_menu import MENU, OrderMenu
from lab.tui.screens.prompt import PromptScreen
from lab.tui.screens.server import ServerScreen
from lab.tui.screens.setup import SetupScreen
from lab.tui.settings import Settings
from lab.tui.terminal import ENDING, be_in, left_behind
from lab.tui.themes import THEMES
from lab.tui.visit import Visit

if TYPE_CHECKING:
    from pathlib import Path

    from textual.driver import Driver

INTERRUPTED = 130
"""The exit code after such a signal."""


class LabApp(App[None]):
    """Home, or at once a journal. `watching` takes away everything that is not looking."""

    TITLE = "lab"
    COMMANDS = App.COMMANDS | {OrderCommands}
    SCREENS: ClassVar[dict[str, Callable[[], Screen[Any]]]] = {MENU: OrderMenu}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "help", "Help", id="app.help"),
        Binding("s", "screenshot", "Screenshot", id="app.screenshot", show=False),
        Binding("ctrl+q", "leave", "Leave", id="app.leave", show=False, priority=True),
        Binding("ctrl+c", "leave", "Leave", id="app.interrupt", show=False),
        Binding("ctrl+c", "close_palette", show=False, priority=True, id="app.close-palette"),
    ]

    def __init__(self, settings: Settings, journal: "Path | None" = None, watching: bool = False) -> None:
        super().__init__()
        self.settings = settings
        self.live: Live | None = None
        self._journal = journal
        self._watching = watching
        self._leaving = False
        self._ended_by_signal = False
        self.fault: Exception | None = None
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = settings.theme

    def get_driver_class(self) -> "type[Driver]":
        """The usual one of the platform, or of the browser; on terminals a sturdier one."""
        usual = super().get_driver_class()
        if usual.__name__ != "LinuxDriver":
            return usual
        from lab.tui.driver import SturdyDriver

        return SturdyDriver

    def on_mount(self) -> None:
        self.set_keymap(self.settings.keys)
        for complaint in complaints(self.settings.keys, bindings()):
            self.notify(complaint, title="In the settings", severity="warning", timeout=15, markup=False)
        loop = asyncio.get_running_loop()
        for number in ENDING:
            loop.add_signal_handler(number, self._end)
        if self._journal:
            deck = Deck(path=self._journal)
            if self._watching:
                deck.now()
            self.push_screen(LabScreen(deck, self.settings.rate, self._watching))
        else:
            self.push_screen(HomeScreen(self.settings.engine))

    # From home to a session, and back

    def on_home_screen_play(self, event: HomeScreen.Play) -> None:
        self._play(event.path, event.engine)

    @work(exclusive=True)
    async def _play(self, path: "Path", engine: str) -> None:
        from lab.scenario.loader import load

        try:
            scenario = await asyncio.to_thread(load, path)
        except LabError as error:
            self.notify(plain(str(error)), title="This scenario cannot be played", severity="error", markup=False)
            return
        self.live = Live(Plan(scenario, engine, source=path))
        self.live.start()
        await self.push_screen(LabScreen(Deck(self.live), self.settings.rate))

    def on_home_screen_open_journal(self, event: HomeScreen.OpenJournal) -> None:
        self.push_screen(LabScreen(Deck(path=event.path), self.settings.rate))

    def on_lab_screen_ended(self, event: LabScreen.Ended) -> None:
        """The session is over: say so, and go where the user wanted to go."""
        live = event.deck.live
        if live and live.error and not self._leaving:
            self.notify(
                plain(f"{live.error}\n`lab down` removes what may be left of it."),
                title="The session ended early",
                severity="error",
                timeout=60,
                markup=False,
            )
            return
        if live and live.kept:
            self.notify(f"Session {live.name} goes on running: `lab down` removes it.", timeout=20, markup=False)
        self._leave_session()

    def on_lab_screen_left(self, event: LabScreen.Left) -> None:
        self._leave_session()

    def on_lab_screen_stayed(self, event: LabScreen.Stayed) -> None:
        self._leaving = False

    def _leave_session(self) -> None:
        if self._leaving or self._journal:
            self.exit(return_code=INTERRUPTED if self._ended_by_signal else 0)
            return
        self.live = None
        self._lab_screen.close_what_is_above()
        self.pop_screen()

    # Shells

    def on_server_screen_shell_wanted(self, event: ServerScreen.ShellWanted) -> None:
        if self.live and not self.live.ended:
            self.run_worker(self._visit(self.live, event.server), group="shell")

    async def _visit(self, live: Live, server: str) -> None:
        """Be on a server until the user leaves it; then look what that left behind."""
        visit = Visit(live, server, self.settings.shell)
        try:
            shell = await asyncio.wrap_future(visit.opened)
            if shell.argv:
                with self.suspend():
                    be_in(shell)
            else:
                await self.push_screen_wait(PromptScreen(visit, shell))
            visit.leave()
            await asyncio.wrap_future(visit.over)
            live.give(Scan(), (shell.asked.fleet,))
            live.drain()
            if shell.throwaway and live.picture.shell:
                self.notify(left_behind(live.picture), title="The copy is gone", timeout=15, markup=False)
        except LabError as error:
            self.notify(plain(str(error)), title="No shell", severity="error", markup=False)
        except SuspendNotSupported:
            self.notify("Here is no terminal that could be handed over.", title="No shell", severity="error")
        finally:
            visit.leave()

    # Leaving

    async def action_leave(self) -> None:
        """Leave where that costs nothing; otherwise ask."""
        if self.live is None or self.live.ended:
            self.exit()
        elif isinstance(self.screen, SetupScreen):
            self._leaving = True
            self.screen.action_cancel()
        elif not isinstance(self.screen, LeaveScreen):
            self._leaving = True
            self._lab_screen.action_leave()

    @property
    def _lab_screen(self) -> LabScreen:
        return next(screen for screen in self.screen_stack if isinstance(screen, LabScreen))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "close_palette" or any(isinstance(top, CommandPalette) for top in self.screen_stack[-1:])

    def action_close_palette(self) -> None:
        self.screen.dismiss()

    def _end(self) -> None:
        """Somebody wants this process to end: nothing is asked, and nothing stays."""
        self._leaving = self._ended_by_signal = True
        if self.live is None or self.live.ended:
            self.exit(return_code=INTERRUPTED)
        else:
            self.live.close()

    def _fatal_error(self) -> None:
        """Leave, but with no traceback all over the terminal: whoever runs the app tells of the fault."""
        self.fault = self._exception
        self._close_messages_no_wait()

    def action_help(self) -> None:
        """Show what can be done where the focus is, or hide it."""
        shown = bool(self.screen.query("HelpPanel"))
        (self.action_hide_help_panel if shown else self.action_show_help_panel)()

    def order(self, verb: str) -> None:
        """Give an order, from wherever it was chosen."""
        if isinstance(self.screen, LabScreen):
            self.screen.action_order(verb)
