"""The home screen: scenarios to play, sessions to begin or to look at again, and the engine that they will run on."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static

from lab.report.timeline import plain
from lab.tui.background import ask
from lab.tui.screens.open_journal import OpenJournalScreen
from lab.tui.widgets.engine_line import ENGINES, EngineLine
from lab.tui.widgets.filter_bar import FilterBar
from lab.tui.widgets.key_bar import KeyBar
from lab.tui.widgets.scenario_details import ScenarioDetails
from lab.tui.widgets.scenario_list import ScenarioList

if TYPE_CHECKING:
    from textual.widgets import OptionList

    from lab.engines.docker.probe import Probe
    from lab.tui.catalogue import Entry


class ScenarioFilter(FilterBar):
    """The line in which words of a scenario are typed."""

    HELP = """\
    Words that must stand in a scenario's name, title or description.

    **enter** keeps the filter, **escape** takes it away.
    """


class HomeScreen(Screen[None]):
    """Starts nothing itself: what the user chooses is posted as `Play` and `OpenJournal`."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (70, "-both")]  # noqa: RUF012  # as Screen has it
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "sandbox", "New", id="home.new"),
        Binding("o", "journals", "Journals", id="home.open"),
        Binding("e", "next_engine", "Engine", id="home.engine"),
        Binding("slash", "filter", "Filter", id="home.filter"),
        Binding("r", "look_again", "Refresh", show=False, id="home.refresh"),
        Binding("l", "app.focus_next", show=False, id="home.right"),
        Binding("h", "app.focus_previous", show=False, id="home.left"),
        Binding("q", "app.quit", "Quit", id="home.quit"),
    ]
    DEFAULT_CSS = """
    HomeScreen #main { height: 1fr; }
    HomeScreen ScenarioList { width: 2fr; height: 1fr; }
    HomeScreen ScenarioDetails { width: 3fr; height: 1fr; }
    HomeScreen.-narrow ScenarioDetails { display: none; }
    HomeScreen #advice { height: auto; max-height: 3; padding: 0 1; color: $text-warning; display: none; }
    HomeScreen ScenarioFilter { dock: none; }
    HomeScreen #advice.-shown { display: block; }
    """

    @dataclass
    class Play(Message):
        """The user wants this scenario played on the engine of that name."""

        path: Path
        engine: str

    @dataclass
    class OpenJournal(Message):
        """The user wants to look at this journal."""

        path: Path

    @dataclass
    class Catalogued(Message):
        """The scenarios have been read."""

        entries: "tuple[Entry, ...]"

    @dataclass
    class Probed(Message):
        """Docker has answered, or not."""

        found: "Probe"

    def __init__(self, engine: str = "auto", folder: Path | None = None) -> None:
        super().__init__()
        self.engine = engine
        self._folder = folder or Path()
        self._entries: tuple[Entry, ...] = ()
        self._filter = ""
        self._docker: Probe | None = None
        self._looking = False

    def compose(self) -> ComposeResult:
        yield EngineLine()
        with Horizontal(id="main"):
            yield ScenarioList(markup=False)
            yield ScenarioDetails()
        yield Static("", id="advice", markup=False)
        yield ScenarioFilter(placeholder="filter: words of a scenario")
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one(ScenarioList).border_title = "Scenarios"
        self.query_one(ScenarioList).focus()
        self._show_engine()
        self.call_after_refresh(self.action_look_again)  # what has to be imported for that comes after the first sight

    # What there is

    def action_look_again(self) -> None:
        """Read the scenarios, and look for Docker, both beside the screen."""
        folder = self._folder
        ask(self, lambda: _catalogued(folder))
        if not self._looking:
            self._looking, self._docker = True, None
            self._show_engine()
            ask(self, _probed)

    def on_home_screen_catalogued(self, event: Catalogued) -> None:
        self._entries = event.entries
        self._show_entries()

    def on_home_screen_probed(self, event: Probed) -> None:
        self._looking, self._docker = False, event.found
        self._show_engine()

    def _show_entries(self) -> None:
        chosen = [entry for entry in self._entries if entry.matches(self._filter)]
        listing = self.query_one(ScenarioList)
        listing.border_subtitle = f"filter: {plain(self._filter)}" if self._filter else ""
        listing.show(chosen)
        self.query_one(ScenarioDetails).show(self._highlighted())

    def _show_engine(self) -> None:
        self.query_one(EngineLine).show(self.engine, self._docker)
        unusable = self._docker if self._docker and not self._docker.ok else None
        advice = self.query_one("#advice", Static)
        advice.set_class(unusable is not None, "-shown")
        if unusable:
            advice.update(plain(f"! Docker cannot be used. {unusable.hint}. `lab doctor` says more."))

    def _highlighted(self) -> "Entry | None":
        option = self.query_one(ScenarioList).highlighted_option
        return next((entry for entry in self._entries if option and str(entry.path) == option.id), None)

    def on_option_list_option_highlighted(self, event: "OptionList.OptionHighlighted") -> None:
        self.query_one(ScenarioDetails).show(self._highlighted())

    # What the user wants

    def on_option_list_option_selected(self, event: "OptionList.OptionSelected") -> None:
        entry = self._highlighted()
        if entry is None:
            return
        if entry.scenario is None:
            said = f"{entry.name}: {entry.mistakes[0]}"
            self.notify(plain(said), title="This file cannot be played", severity="error", markup=False)
            return
        self._play(entry.path)

    def action_sandbox(self) -> None:
        """Begin a session with the default fleets, and no plan."""
        from lab.tui.catalogue import sandbox

        self._play(sandbox())

    def _play(self, path: Path) -> None:
        docker = self._docker
        if self.engine == "docker" and docker and not docker.ok:
            said = f"{docker.detail}. {docker.hint}"
            self.notify(plain(said), title="Docker cannot be used", severity="error", markup=False)
            return
        self.post_message(self.Play(path, self.engine))

    def action_journals(self) -> None:
        self.app.push_screen(OpenJournalScreen(), self._open)

    def _open(self, path: Path | None) -> None:
        if path:
            self.post_message(self.OpenJournal(path))

    def action_next_engine(self) -> None:
        self.action_engine(ENGINES[(ENGINES.index(self.engine) + 1) % len(ENGINES)])

    def action_engine(self, name: str) -> None:
        """Let sessions run on that engine from now on."""
        self.engine = name
        self._show_engine()

    # Filter

    def action_filter(self) -> None:
        self.query_one(ScenarioFilter).open()

    def on_filter_bar_typed(self, event: FilterBar.Typed) -> None:
        self._filter = event.text.strip()
        self._show_entries()
        if event.done:
            self.query_one(ScenarioList).focus()


def _catalogued(folder: Path) -> HomeScreen.Catalogued:
    from lab.tui.catalogue import catalogue

    return HomeScreen.Catalogued(catalogue(folder))


def _probed() -> HomeScreen.Probed:
    from lab.engines.docker.probe import probe

    return HomeScreen.Probed(probe())
