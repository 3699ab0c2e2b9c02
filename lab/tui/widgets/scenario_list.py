"""The scenarios to choose from, one below the other."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from lab.tui.catalogue import Entry


class ScenarioList(OptionList, inherit_bindings=False):
    """Entries of a catalogue. Enter or a double click chooses one, a click only shows it."""

    HELP = """\
    The scenarios that come with the lab, and those in the folder where it was called.

    **Enter** plays the one that is highlighted, **n** begins a session without a plan, **o** opens the journal of an
    earlier session, **e** takes another engine, **r** reads the files and looks for Docker again. A file that is marked
    with ✗ has mistakes; they stand on the right.
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Play", id="home.play"),
        Binding("down,j", "cursor_down", "Down", show=False, id="list.down"),
        Binding("up,k", "cursor_up", "Up", show=False, id="list.up"),
        Binding("home,g", "first", "First", show=False, id="list.first"),
        Binding("end,G", "last", "Last", show=False, id="list.last"),
        Binding("pagedown", "page_down", "Page down", show=False, id="list.page-down"),
        Binding("pageup", "page_up", "Page up", show=False, id="list.page-up"),
    ]
    DEFAULT_CSS = """
    ScenarioList {
        border: round $panel-lighten-2; border-title-color: $text-muted; background: $background;
        text-wrap: nowrap; text-overflow: ellipsis; scrollbar-size-vertical: 1;
    }
    ScenarioList:focus { border: round $accent; border-title-color: $text; background-tint: transparent; }
    """

    def show(self, entries: Sequence[Entry]) -> None:
        """List these; the highlight stays on the one that has it, or goes to the first."""
        option = self.highlighted_option
        paths = [str(entry.path) for entry in entries]
        self.clear_options()
        self.add_options([Option(prompt(entry), id=path) for entry, path in zip(entries, paths, strict=True)])
        if paths:
            self.highlighted = paths.index(option.id) if option and option.id in paths else 0

    def on_click(self, event: Click) -> None:
        place = event.style.meta.get("option")
        if event.chain == 1 and place is not None:
            self.highlighted = place
        if event.chain == 1:
            event.prevent_default()


def prompt(entry: Entry) -> Content:
    """An entry's title and, below it, a line on what it is about."""
    if entry.scenario is None:
        return Content.assemble(("✗ ", "$text-error"), entry.title, (f"\n  {entry.summary}", "$text-error"))
    mine = "" if entry.shipped else f"{entry.name}: "
    return Content.assemble((entry.title, "bold"), f"\n  {mine}{entry.summary}")
