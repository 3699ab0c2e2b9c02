"""How a server's state looks, everywhere the same: a glyph, and a colour where something went wrong."""

from dataclasses import dataclass

from rich.style import Style

from lab.model.state import ServerState
from lab.tui.marks import WRONG


@dataclass(frozen=True, slots=True)
class Glyph:
    """What stands for a state. One without a style of its own is drawn in the colour of the server's version."""

    symbol: str
    name: str
    meaning: str
    style: Style | None = None


GLYPHS = {
    glyph.name: glyph
    for glyph in (
        Glyph("●", "healthy", "passes its health checks"),
        Glyph("○", "starting", "launched or being patched, not checked yet", Style(dim=True)),
        Glyph("◐", "draining", "gets nothing new and finishes what it has begun", Style(dim=True)),
        Glyph("▲", "unhealthy", "fails its health checks", Style(color=WRONG, bold=True)),
        Glyph("✗", "dead", "gone without warning", Style(color=WRONG, bold=True)),
        Glyph("≠", "drifted", "healthy, but not what is declared", Style(color=WRONG, bold=True)),
    )
}
"""Every state by its name."""


def glyph(server: ServerState) -> Glyph:
    """The glyph of a server. That one has drifted shows as long as nothing worse has to be shown."""
    return GLYPHS["drifted" if server.drift and server.status == "healthy" else server.status]
