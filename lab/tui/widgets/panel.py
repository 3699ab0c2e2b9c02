"""What every panel of the lab screen has in common."""

from typing import ClassVar

from textual.widget import Widget

from lab.tui.picture import Picture


class Panel(Widget):
    """A part of the screen that draws a picture.

    `TITLE` stands in its border; `HELP` (Markdown) is what `?` shows while the panel has the focus.
    """

    TITLE: ClassVar[str] = ""
    HELP: ClassVar[str] = ""

    settled = True
    """Whether it has drawn all that it was shown; if not, it wants to be shown the newest picture again."""

    can_focus = True
    DEFAULT_CSS = """
    Panel { border: round $panel-lighten-2; border-title-color: $text-muted; }
    Panel:focus, Panel:focus-within { border: round $accent; border-title-color: $text; }
    """

    def on_mount(self) -> None:
        self.border_title = self.border_title or self.TITLE

    def show(self, picture: Picture) -> None:
        """Draw this picture from now on. Called several times a second: only what changed may cost anything."""
        raise NotImplementedError
