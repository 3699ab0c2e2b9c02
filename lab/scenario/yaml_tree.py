"""YAML as a tree of nodes that know their place in the file. Text comes in; nothing in it is ever executed.

Only mappings with text keys, lists and plain values get through. Everything else that YAML can do (tags, merge
keys, several documents, endless nesting) is a mistake here, so that no later room has to think of it.
"""

import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

import yaml
from yaml.constructor import SafeConstructor
from yaml.resolver import Resolver

from lab.scenario.mistakes import Mistake, Path, ScenarioError, shortened, written_path

MAX_NODES = 10_000
"""Nodes in the tree, aliases followed."""

MAX_DEPTH = 32
MAX_NUMBER = 64
"""A bare word of more characters than this is text, whatever it looks like."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_RESOLVER: Any = Resolver()
_TAG = "tag:yaml.org,2002:"
_PLAIN = {f"{_TAG}{kind}" for kind in ("str", "int", "float", "bool", "null")}
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")

Scalar = str | int | float | bool | None


@dataclass(slots=True)
class Node:
    """A value, with the line and column where it begins, counted from 1. `text` is a scalar as it was written.

    `size` is the number of nodes in it, itself and everything below.
    """

    line: int
    column: int
    value: "Scalar | list[Node] | dict[str, Item]"
    text: str = ""
    size: int = 1

    @property
    def plain(self) -> Any:
        """The value without places: what `yaml.safe_load` would make of it."""
        if isinstance(self.value, dict):
            return {key: item.node.plain for key, item in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain for node in self.value]
        return self.value

    @property
    def shown(self) -> str:
        """What stands there, in the words of a report."""
        match self.value:
            case dict():
                return "a mapping" if self.value else "an empty mapping"
            case list():
                return "a list" if self.value else "an empty list"
            case None:
                return "nothing"
            case str():
                return f'"{shortened(self.text)}"'
        return shortened(self.text)


@dataclass(slots=True)
class Item:
    """One entry of a mapping: the key as it was written and where, and its value."""

    key: str
    line: int
    column: int
    node: Node


def parse(text: str, file: str) -> tuple[Node, list[Mistake]]:
    """The tree of a YAML text and what is wrong in it. Raises `ScenarioError` if no tree can be made at all."""
    _refuse_control_characters(text, file)
    builder = _Builder(file, yaml.parse(text, Loader=_LOADER))
    try:
        return builder.document(), builder.mistakes
    except yaml.MarkedYAMLError as error:
        mark: Any = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        found, wanted = _breaking_off(error.problem or "something unreadable")
        builder.mistakes.append(Mistake(file, line, column, "", found, wanted))
    except (yaml.YAMLError, ValueError) as error:
        builder.mistakes.append(Mistake(file, 0, 0, "", shortened(str(error)), "valid YAML"))
    raise ScenarioError(builder.mistakes)


def _breaking_off(problem: str) -> tuple[str, str]:
    """What was found where the parser gave up, and what was expected there."""
    if "maximum nesting depth" in problem:  # newer parsers count too, before the events of what they read come
        return "still deeper nesting", f"at most {MAX_DEPTH} levels"
    return f"YAML that breaks off here: {problem}", "valid YAML"


def _refuse_control_characters(text: str, file: str) -> None:
    for number, line in enumerate(text.split("\n"), 1):
        column = _control_character(line.removesuffix("\r"))
        if column is not None:
            found = f"the control character U+{ord(line[column]):04X}"
            raise ScenarioError([Mistake(file, number, column + 1, "", found, "printable text")])


def _control_character(text: str) -> int | None:
    """Where in `text` something stands that must not reach a terminal; line ends and tabs may."""
    if text.isprintable():
        return None
    for index, c in enumerate(text):
        if c not in "\n\t" and (unicodedata.category(c) in ("Cc", "Cs") or _BIDI.match(c)):
            return index
    return None


@dataclass
class _Builder:
    """Makes the tree from the parser's events, which come one by one and without recursion."""

    file: str
    events: Iterator[Any]
    mistakes: list[Mistake] = field(default_factory=list)
    anchors: dict[str, Node] = field(default_factory=dict)
    nodes: int = 0

    def document(self) -> Node:
        next(self.events)  # the stream's start
        if isinstance(next(self.events), yaml.StreamEndEvent):
            raise ScenarioError([Mistake(self.file, 0, 0, "", "an empty file", "a scenario")])
        root = self._node(next(self.events), ())
        next(self.events)  # the document's end
        following = next(self.events)
        if isinstance(following, yaml.DocumentStartEvent):
            self._mistake(following, (), "a second document", "one scenario in a file")
        return root

    def _node(self, event: Any, path: Path) -> Node:
        if len(path) > MAX_DEPTH:
            self._fail(event, path[:3], "still deeper nesting", f"at most {MAX_DEPTH} levels")
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, path)
        self._count(event, path, 1)
        line, column = _place(event)
        match event:
            case yaml.ScalarEvent():
                node = Node(line, column, self._scalar(event, path), event.value)
            case yaml.SequenceStartEvent():
                self._check_tag(event, path, f"{_TAG}seq")
                children = self._sequence(path)
                node = Node(line, column, children, size=1 + sum(child.size for child in children))
            case _:
                self._check_tag(event, path, f"{_TAG}map")
                items = self._mapping(path)
                node = Node(line, column, items, size=1 + sum(item.node.size for item in items.values()))
        if event.anchor:
            self.anchors[event.anchor] = node
        return node

    def _sequence(self, path: Path) -> list[Node]:
        children: list[Node] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            children.append(self._node(event, (*path, len(children))))
        return children

    def _mapping(self, path: Path) -> dict[str, Item]:
        items: dict[str, Item] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self._key(event, path)
            node = self._node(next(self.events), (*path, "?" if key is None else key))
            if key is None:
                continue
            if key in items:
                self._mistake(
                    event, (*path, key), "the same key again", f"each key once: it is first on line {items[key].line}"
                )
                continue
            items[key] = Item(key, *_place(event), node)
        return items

    def _key(self, event: Any, path: Path) -> str | None:
        """A key's text; None, and a mistake, where it cannot be one."""
        if not isinstance(event, yaml.ScalarEvent):
            self._mistake(event, path, "a key that is not text", "text before the colon")
            self._node(event, (*path, "?"))
            return None
        text = str(event.value)
        if event.tag is None and event.implicit[0] and self._resolved(text) == f"{_TAG}merge":
            self._mistake(event, path, "a merge key (<<)", "the keys themselves: scenarios have no merge keys")
            return None
        value = self._scalar(event, (*path, text))
        if event.anchor:
            self.anchors[event.anchor] = Node(*_place(event), text, text)
        if not isinstance(value, str):
            kind = {bool: "true or false", type(None): "nothing"}.get(type(value), "a number")
            found = f"{shortened(text)} as a key, which YAML reads as {kind}"
            self._mistake(event, (*path, text), found, f'text: in quotes, as "{shortened(text)}"')
        return text

    def _scalar(self, event: Any, path: Path) -> Scalar:
        text = str(event.value)
        if _control_character(text) is not None:
            self._mistake(event, path, "a control character in a text", "printable text")
            return ""
        tag = event.tag
        if tag is None or tag == "!":
            tag = self._resolved(text) if event.implicit[0] else f"{_TAG}str"
        elif tag not in _PLAIN:
            self._mistake(event, path, f"the tag {shortened(tag)}", "a plain value: scenarios have no tags")
            return text
        return self._constructed(event, path, tag, text)

    def _resolved(self, text: str) -> str:
        if len(text) > MAX_NUMBER:
            return f"{_TAG}str"
        return str(_RESOLVER.resolve(yaml.ScalarNode, text, (True, False)))

    def _constructed(self, event: Any, path: Path, tag: str, text: str) -> Scalar:
        try:
            node = yaml.ScalarNode(tag, text)
            match tag.removeprefix(_TAG):
                case "null":
                    return None
                case "bool":
                    return bool(SafeConstructor().construct_yaml_bool(node))
                case "int":
                    return int(SafeConstructor().construct_yaml_int(node))
                case "float":
                    number = float(SafeConstructor().construct_yaml_float(node))
                    if math.isfinite(number):
                        return number
                    self._mistake(event, path, shortened(text), "a finite number")
                    return 0.0
        except (ValueError, LookupError, OverflowError):
            kind = tag.removeprefix(_TAG)
            self._mistake(event, path, f'"{shortened(text)}"', f"a value of the kind that its tag names, {kind}")
        return text

    def _check_tag(self, event: Any, path: Path, allowed: str) -> None:
        if event.tag not in (None, "!", allowed):
            self._mistake(event, path, f"the tag {shortened(event.tag)}", "a plain value: scenarios have no tags")

    def _alias(self, event: Any, path: Path) -> Node:
        if event.anchor not in self.anchors:
            found = f"the alias *{shortened(event.anchor)}"
            self._fail(event, path, found, "an alias of something that ended before it")
        node = self.anchors[event.anchor]
        self._count(event, path, node.size)
        return node

    def _count(self, event: Any, path: Path, nodes: int) -> None:
        self.nodes += nodes
        if self.nodes > MAX_NODES:
            self._fail(event, path, "still more values", f"at most {MAX_NODES:,}, aliases followed")

    def _mistake(self, event: Any, path: Path, found: str, expected: str) -> None:
        self.mistakes.append(Mistake(self.file, *_place(event), written_path(path), found, expected))

    def _fail(self, event: Any, path: Path, found: str, expected: str) -> NoReturn:
        self._mistake(event, path, found, expected)
        raise ScenarioError(self.mistakes)


def _place(event: Any) -> tuple[int, int]:
    """Line and column from 1."""
    return event.start_mark.line + 1, event.start_mark.column + 1
