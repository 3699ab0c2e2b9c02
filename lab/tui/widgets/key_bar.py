"""The last line: the keys that do something just now.

Textual's own footer is made of a widget for each key, and of new ones whenever another screen or panel comes up, and
who has pressed a key waits for them. Here they are the text of one widget.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.binding import Binding
from textual.screen import Screen
from textual.widget import Widget

EDGE = "▏"
"""Before the key of the palette."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key that can be pressed: its name, how it is written, and what it does."""

    name: str
    label: str
    does: str

    @property
    def width(self) -> int:
        """In cells, with a blank on either side of the label and one at the end."""
        return Text(f" {self.label} {self.does} ").cell_len


class KeyBar(Widget):
    """As many keys as there is room for, in the order of their bindings, and at the right that of the palette."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"key-bar--key", "key-bar--edge"}
    DEFAULT_CSS = """
    KeyBar {
        dock: bottom; height: 1; color: $footer-description-foreground; background: $footer-background;
        & > .key-bar--key { color: $footer-key-foreground; background: $footer-key-background; text-style: bold; }
        & > .key-bar--edge { color: $foreground 20%; background: $footer-background; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._known: tuple[Key, ...] = ()
        self._palette: Key | None = None

    @property
    def keys(self) -> tuple[Key, ...]:
        """Those that are seen, from left to right."""
        return tuple(key for _, key in self._places())

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._renew)

    def render(self) -> Text:
        emphasis, edge = (self.get_component_rich_style(f"key-bar--{part}") for part in ("key", "edge"))
        line = Text(no_wrap=True)
        for start, key in self._places():
            line.pad_right(start - line.cell_len)
            if key is self._palette:
                line.append(EDGE, edge)
            line.append(f" {key.label} ", emphasis).append(f"{key.does} ")
        return line

    def on_click(self, event: events.Click) -> None:
        for start, key in self._places():
            if start <= event.x < start + key.width:
                self.app.simulate_key(key.name)

    def _places(self) -> Iterator[tuple[int, Key]]:
        """Each key that there is room for, and the column in which it begins."""
        end = self.size.width - (len(EDGE) + self._palette.width if self._palette else 0)
        start = 0
        for key in self._known:
            if start + key.width > end:
                break
            yield start, key
            start += key.width
        if self._palette:
            yield max(0, end), self._palette

    def _renew(self, screen: Screen[object]) -> None:
        """Show what can be done now."""
        active = screen.active_bindings
        first: dict[str, Key] = {}
        for binding in (each.binding for each in active.values()):
            if binding.show:
                first.setdefault(binding.action, self._key(binding))
        palette = active.get(self.app.COMMAND_PALETTE_BINDING)
        now = (tuple(first.values()), self._key(palette.binding) if palette else None)
        if now != (self._known, self._palette):
            self._known, self._palette = now
            self.refresh()

    def _key(self, binding: Binding) -> Key:
        return Key(binding.key, self.app.get_key_display(binding), binding.description)
