"""The top line: what runs, on which engine, at what time of the lab."""

import math

from rich.text import Text
from textual.widget import Widget

from lab.report.timeline import clock, plain
from lab.tui.deck import Deck


class StatusBar(Widget):
    """One line. `show_deck` is called with every tick."""

    DEFAULT_CSS = "StatusBar { dock: top; height: 1; background: $panel; padding: 0 1; }"

    def __init__(self) -> None:
        super().__init__()
        self._text = Text()

    def show_deck(self, deck: Deck) -> None:
        """Say what this deck shows."""
        text = status(deck)
        if text != self._text:
            self._text = text
            self.refresh()

    def render(self) -> Text:
        return self._text


def status(deck: Deck) -> Text:
    """The line's words, the most important first."""
    session = deck.picture.state.session
    if session is None:
        return Text("the lab is being opened …", "dim")
    at = deck.end if deck.following else deck.at
    parts = [
        (f"{moment(deck)} ", "bold"),
        (f"{clock(min(at, deck.end))} ", "bold"),
        (f"{speed(deck.pace)}  ", ""),
        (plain(session.title), "bold"),
        (f"  {session.engine}", ""),
        (f"  {deck.picture.state.rate:g} requests/s", "dim"),
        (f"  {plain(deck.live.name if deck.live else 'replay')}", "dim"),
    ]
    return Text.assemble(*parts, no_wrap=True, overflow="ellipsis")


def moment(deck: Deck) -> str:
    """Which moment is shown, and whether time passes."""
    if deck.live and deck.live.ended:
        return "■ ended" if deck.following else "◀ past"
    if deck.following:
        return "‖ held" if deck.stands else "● live"
    where = "◀ past" if deck.live else "replay"
    return f"{where} {'‖' if deck.stands else '▶'}"


def speed(pace: float) -> str:
    """`×5`, or `max`."""
    return "max" if pace == math.inf else f"×{pace:g}"
