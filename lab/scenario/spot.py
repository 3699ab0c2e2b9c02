"""From a location in the data to the spot in the file where it stands."""

from dataclasses import dataclass
from typing import Any

from lab.scenario.mistakes import Path, written_path
from lab.scenario.yaml_tree import Node

KEY = "[key]"
"""The last part of a location that means a key itself, not what stands under it."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Line and column from 1, the path with the keys as they were written, and what stands there."""

    line: int
    column: int
    path: str
    shown: str


def spot(root: Node, location: tuple[Any, ...]) -> Spot:
    """Where a location is, or the last part of the way there that the file has: shorthands end earlier."""
    node, written = root, list[str | int]()
    line, column, shown = node.line, node.column, node.shown
    key_line, key_column = line, column
    for part in location:
        if part == KEY and written:
            line, column, shown = key_line, key_column, f'"{written[-1]}" as a key'
        if isinstance(node.value, dict) and part in node.value:
            item = node.value[part]
            key_line, key_column = item.line, item.column
            written.append(item.key)
            node = item.node
        elif isinstance(node.value, list) and isinstance(part, int) and part < len(node.value):
            written.append(part)
            node = node.value[part]
        else:
            break
        line, column, shown = node.line, node.column, node.shown
    path: Path = tuple(written)
    return Spot(line, column, written_path(path), shown)
