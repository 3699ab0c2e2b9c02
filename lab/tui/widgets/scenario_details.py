"""What there is to know of a scenario before it is played, or what is wrong in its file."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from lab.report.timeline import plain
from lab.scenario.schema import Scenario
from lab.tui.catalogue import Entry, described


class ScenarioDetails(VerticalScroll, inherit_bindings=False):
    """Fleets, steps and expectations of the entry that is highlighted."""

    HELP = """\
    What the highlighted scenario has: its fleets, its steps, and what is expected to come of it.
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "scroll_down", "Down", show=False, id="details.down"),
        Binding("up,k", "scroll_up", "Up", show=False, id="details.up"),
        Binding("home,g", "scroll_home", "Top", show=False, id="details.top"),
        Binding("end,G", "scroll_end", "Bottom", show=False, id="details.bottom"),
        Binding("pagedown", "page_down", "Page down", show=False, id="details.page-down"),
        Binding("pageup", "page_up", "Page up", show=False, id="details.page-up"),
    ]
    DEFAULT_CSS = """
    ScenarioDetails {
        border: round $panel-lighten-2; border-title-color: $text-muted; padding: 0 1; scrollbar-size-vertical: 1;
    }
    ScenarioDetails:focus { border: round $accent; border-title-color: $text; }
    ScenarioDetails > Static { width: 1fr; height: auto; }
    """

    def compose(self) -> ComposeResult:
        yield Static(markup=False)

    def show(self, entry: Entry | None) -> None:
        """Tell of this one."""
        self.border_title = entry.name if entry else ""
        self.query_one(Static).update(_told(entry) if entry else "")
        self.scroll_home(animate=False)


def _told(entry: Entry) -> Content:
    return of_scenario(entry.scenario) if entry.scenario else of_mistakes(entry)


def of_scenario(scenario: Scenario) -> Content:
    """All of a scenario, in words."""
    parts: list[Content | tuple[str, str]] = [(plain(scenario.title), "bold")]
    if scenario.about:
        parts.append(Content("\n\n" + " ".join(plain(scenario.about).split())))
    for heading, lines in described(scenario):
        parts.append((f"\n\n{heading}", "bold $primary"))
        parts += [Content(f"\n• {line}") for line in lines]
    return Content.assemble(*parts)


def of_mistakes(entry: Entry) -> Content:
    """What keeps a file from being played, and what to do."""
    parts: list[Content | tuple[str, str]] = [("This file cannot be played.", "bold $text-error")]
    parts += [Content(f"\n\n{mistake}") for mistake in entry.mistakes]
    parts.append(("\n\nPut that right, and press r to read it again.", "$text-muted"))
    return Content.assemble(*parts)
