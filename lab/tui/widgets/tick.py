"""A box to tick that can be read without colours."""

from textual.widgets import Checkbox


class Tick(Checkbox):
    """A checkbox with a tick in it, or with nothing."""

    DEFAULT_CSS = "Tick, Tick:focus { border: none; padding: 0 2 0 0; height: 1; background: $surface; }"
    BUTTON_INNER = " "

    def watch_value(self) -> None:
        self.BUTTON_INNER = "✓" if self.value else " "
        super().watch_value()
