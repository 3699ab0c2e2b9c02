"""The line in which a filter is typed, there only while it is needed."""

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from lab.tui.widgets.line import Line


class FilterBar(Line):
    """A filter for the panel that had the focus: applied while it is typed, kept by enter, taken away by escape."""

    HELP = """\
    Words of a filter, all of which must hold: a version (`1.1`), a state (`drifted`, `unhealthy`, `draining`), a pool
    (`pool:green`), a server's number (`3`); `!` turns a word around. In the timeline, any text.

    **enter** keeps the filter, **escape** takes it away.
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "clear", "No filter", id="filter.clear")]
    DEFAULT_CSS = """
    FilterBar { dock: bottom; height: 1; border: none; padding: 0 1; display: none; }
    FilterBar.-open { display: block; }
    FilterBar:focus { border: none; }
    """

    @dataclass
    class Typed(Message):
        """The filter is `text` now; `done` when the line is being closed."""

        text: str
        done: bool

    def open(self) -> None:
        self.add_class("-open")
        self.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Typed(self.value, False))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._close()

    def action_clear(self) -> None:
        self.value = ""
        self._close()

    def _close(self) -> None:
        self.remove_class("-open")
        self.post_message(self.Typed(self.value, True))
