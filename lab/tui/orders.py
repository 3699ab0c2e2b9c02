"""Orders as the terminal UI offers them: all that the model has, each from its own description."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from textual.binding import Binding

from lab.model.orders import ORDERS, Order
from lab.model.spec import Spec, kebab
from lab.model.state import ServerState
from lab.scenario.mistakes import shortened
from lab.scenario.wording import expectation

SHOWN = {"release", "rollback", "scan"}
"""Orders whose keys stand in the line at the bottom; the others are in the menu, the palette and the help."""

Keys = tuple[str, ...]


@dataclass(frozen=True)
class Given:
    """An order, and the fleets that it goes to."""

    order: Order
    fleets: tuple[str, ...]


@dataclass(frozen=True)
class OrderContext:
    """What is looked at while an order is chosen: `fleet` and `server` are those under the cursor.

    `names` are the servers by fleet and number, for whoever shows commands.
    """

    fleets: tuple[str, ...] = ()
    fleet: str | None = None
    server: ServerState | None = None
    versions: tuple[str, ...] = ()
    session: str = ""
    engine: str = ""
    names: tuple[tuple[str, int, str], ...] = ()

    @property
    def known(self) -> dict[str, Any]:
        """What an order may refer to, as the model's checks want to be told."""
        return {"fleets": self.fleets, **({"versions": self.versions} if self.versions else {})}

    def named(self, fleets: Iterable[str]) -> dict[int, list[str]]:
        """The names of these fleets' servers, by their number."""
        named: dict[int, list[str]] = {}
        for fleet, number, name in self.names:
            if fleet in fleets:
                named.setdefault(number, []).append(name)
        return named


def order_bindings() -> list[Binding]:
    """A key for each order that names one."""
    return [
        Binding(order.key, f"order('{verb}')", order.label, id=f"order.{verb}", show=verb in SHOWN)
        for verb, order in ORDERS.items()
        if order.key
    ]


def description(order: type[Order]) -> str:
    """What the order does, in its own words."""
    return " ".join((order.__doc__ or "").split())


def blanks(kind: type[Spec], above: Keys = (), example: Any = None) -> Iterator[tuple[Keys, FieldInfo]]:
    """All that can be filled in for an order, by the keys that lead there: mappings with fixed keys are opened.

    Nothing within a mapping is required: it may be left out as a whole. An example of the whole is one of its parts.
    """
    for name, field in kind.model_fields.items():
        keys = (*above, kebab(name))
        part = example[keys[-1]] if isinstance(example, dict) and keys[-1] in example else None
        inner = _spec(field.annotation)
        if inner:
            yield from blanks(inner, keys, next(iter(field.examples or ()), part))
        else:
            yield keys, _loosened(field, part) if above else field


def _loosened(field: FieldInfo, example: Any) -> FieldInfo:
    """The same field where it need not be filled in."""
    field = copy(field)
    field.default = None if field.is_required() else field.default
    field.examples = field.examples or ([] if example is None else [example])
    return field


def _spec(annotation: Any) -> type[Spec] | None:
    """The mapping with fixed keys that a field holds, if it holds one, or may."""
    kinds = get_args(annotation) if get_origin(annotation) in (Union, UnionType) else [annotation]
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Spec)), None)


def filled(kind: type[Order], values: Mapping[Keys, Any], known: Mapping[str, Any]) -> Order:
    """The order that was filled in. Raises `ValidationError`."""
    given: dict[str, Any] = {}
    for keys, value in values.items():
        inner = given
        for key in keys[:-1]:
            inner = inner.setdefault(key, {})
        inner[keys[-1]] = value
    return kind.model_validate(given, context={**known})


def complaints(errors: ValidationError, places: Sequence[Keys]) -> dict[Keys, str]:
    """What was expected, by the blank that is to blame; by no keys, what is wrong with the whole."""
    found: dict[Keys, dict[str, None]] = {}
    for error in errors.errors(include_url=False):
        where = tuple(map(str, error["loc"]))
        place = _blamed(where, places)
        found.setdefault(place, {})[_words(error, where[len(place) :])] = None
    return {place: " or ".join(words) for place, words in found.items()}


def _blamed(where: Keys, places: Sequence[Keys]) -> Keys:
    """The blank that an error is in, or the first within the mapping that it is about."""
    within = (place for place in places if where[: len(place)] == place)
    about = (place for place in places if where and place[: len(where)] == where)
    return next(within, next(about, ()))


def _words(error: Any, below: Keys) -> str:
    if error["type"] == "missing":
        return "a value"
    bare = isinstance(error["input"], str | int | float)
    got = f", not {shortened(str(error['input']), 40)}" if bare else ""
    where = f"{shortened(below[0], 40)}: " if below else ""
    return f"{where}{expectation(error)}{got}"
