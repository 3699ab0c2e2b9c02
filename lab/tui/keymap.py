"""Keys that a user has chosen, held against the bindings that there are."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode
from textual.screen import Screen

from lab.scenario.mistakes import suggestion


@dataclass(frozen=True, slots=True)
class Bound:
    """A binding that has a name: what it does, its keys, and what kind of node answers to it.

    `owner` is the node's type; `layer` is app, screen or widget.
    """

    name: str
    does: str
    keys: frozenset[str]
    owner: str
    layer: str

    def meets(self, other: "Bound") -> bool:
        """Whether both can be there at once: of two screens, or of two widgets, only one is asked."""
        return self.owner == other.owner or self.layer != other.layer


def bindings(package: str = "lab.tui") -> list[Bound]:
    """Every binding with a name, of all apps, screens and widgets of that package that have been imported."""
    return [bound for node in _kinds(DOMNode) if node.__module__.startswith(package) for bound in _bound(node)]


def complaints(chosen: Mapping[str, str], known: Iterable[Bound]) -> list[str]:
    """What is wrong with the keys chosen, a line each: names that nothing has, keys that two bindings would have."""
    usual = [*known]
    names = sorted({bound.name for bound in usual})
    now = [_rebound(bound, chosen) for bound in usual]
    return [*_unknown(chosen, names), *_clashes(chosen, now)]


def _kinds(node: type[DOMNode]) -> Iterator[type[DOMNode]]:
    for kind in node.__subclasses__():
        yield kind
        yield from _kinds(kind)


def _bound(node: type[DOMNode]) -> Iterator[Bound]:
    layer = "app" if issubclass(node, App) else "screen" if issubclass(node, Screen) else "widget"
    for binding in node.__dict__.get("BINDINGS", ()):
        if isinstance(binding, Binding) and binding.id:
            yield Bound(binding.id, binding.description, _keys(binding.key), node.__name__, layer)


def _rebound(bound: Bound, chosen: Mapping[str, str]) -> Bound:
    keys = _keys(chosen[bound.name]) if bound.name in chosen else bound.keys
    return Bound(bound.name, bound.does, keys, bound.owner, bound.layer)


def _keys(written: str) -> frozenset[str]:
    """The keys of a list with commas, each by its long name: `question_mark` for `?`."""
    return frozenset(binding.key for binding in Binding.make_bindings([Binding(written, "")]))


def _unknown(chosen: Mapping[str, str], names: list[str]) -> Iterator[str]:
    for name in chosen:
        if name not in names:
            near = suggestion(name, names)
            yield f"keys: there is no binding {name}" + (f"; did you mean {near}?" if near else "")


def _clashes(chosen: Mapping[str, str], now: list[Bound]) -> Iterator[str]:
    told: set[tuple[frozenset[str], str]] = set()
    for bound in (bound for bound in now if bound.name in chosen):
        for other in now:
            if other.name == bound.name or not bound.meets(other):
                continue
            for key in sorted(bound.keys & other.keys):
                if (frozenset((bound.name, other.name)), key) not in told:
                    told.add((frozenset((bound.name, other.name)), key))
                    yield f"keys: {key} is for both {bound.name} ({bound.does}) and {other.name} ({other.does})"
