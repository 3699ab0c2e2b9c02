"""What was expected, in words, from the validation library's errors."""

from collections.abc import Callable, Mapping
from typing import Any

_WORDS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "missing": lambda _: "this key, which is required",
    "string_type": lambda _: "text (a number, a date or true and false in quotes)",
    "int_type": lambda _: "a whole number",
    "float_type": lambda _: "a number",
    "bool_type": lambda _: "true or false",
    "dict_type": lambda _: "a mapping, KEY: VALUE",
    "model_type": lambda _: "a mapping, KEY: VALUE",
    "model_attributes_type": lambda _: "a mapping, KEY: VALUE",
    "list_type": lambda _: "a list, [A, B, …]",
    "literal_error": lambda ctx: f"one of {ctx['expected'].replace(' or ', ', ')}".replace("'", ""),
    "greater_than_equal": lambda ctx: f"at least {ctx['ge']:g}",
    "less_than_equal": lambda ctx: f"at most {ctx['le']:g}",
    "less_than": lambda ctx: f"less than {ctx['lt']:g}",
    "string_pattern_mismatch": lambda ctx: f"text of the form {ctx['pattern']}",
    "string_too_short": lambda ctx: "some text",
    "string_too_long": lambda ctx: f"at most {ctx['max_length']} characters",
    "too_short": lambda ctx: f"at least {ctx['min_length']} of them",
    "too_long": lambda ctx: f"at most {ctx['max_length']} of them",
}


def expectation(error: Mapping[str, Any]) -> str:
    """What was expected where `error`, one of pydantic's, arose."""
    words = _WORDS.get(error["type"])
    return words(error.get("ctx", {})) if words else str(error["msg"])
