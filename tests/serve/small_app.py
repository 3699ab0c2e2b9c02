"""A small program to serve: it says what it is told, and does on request what a viewer's program may not do."""

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static


class SmallApp(App[None]):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "screenshot", "Screenshot"),
        Binding("o", "elsewhere", "Open a link"),
        Binding("e", "exit", "Exit"),
    ]

    def compose(self) -> ComposeResult:
        yield Static("nothing yet", id="told")
        yield Static("", id="size")

    def on_key(self, event) -> None:
        self.query_one("#told", Static).update(f"pressed-{event.key}")

    def on_resize(self, event) -> None:
        self.query_one("#size", Static).update(f"size-{event.size.width}x{event.size.height}")

    def action_elsewhere(self) -> None:
        self.open_url("https://example.org/")
        self.query_one("#told", Static).update("asked-to-open")

    def action_exit(self) -> None:
        self.exit()


if __name__ == "__main__":
    SmallApp().run()
