"""Shorthands, for the editor's schema: what may stand for a mapping."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import GetJsonSchemaHandler


@dataclass(frozen=True, slots=True)
class Or:
    """Tells the editor's schema that a bare value of this kind may stand for the mapping."""

    bare: Mapping[str, Any]

    def __get_pydantic_json_schema__(self, core: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"anyOf": [self.bare, handler(core)]}


NOTHING = Or({"type": "null"})


def doc_of(kind: type) -> str:
    """A type's docstring, as one line."""
    return " ".join((kind.__doc__ or "").split())
