"""The types that people write by hand, in scenarios and on the command line, with what is said when they are wrong.

Errors name what was expected; the loader adds the place and what was found.
"""

import re
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_NUMBER = r"(\d+(?:\.\d+)?)"
DURATION = rf"^{_NUMBER}\s*(ms|s|min|m|h|d)$"
RATE = rf"^{_NUMBER}\s*/\s*(s|min|m|h)$"
SHARE = rf"^{_NUMBER}\s*%$"
MOST = 1_000_000
"""No count, and no rate in requests a second, is larger than this."""

LONGEST = 366 * SECONDS["d"]
"""No duration is longer, in seconds."""

NAME = r"^[a-z][a-z0-9-]{0,23}$"
PACKAGE = r"^[a-z0-9][a-z0-9.+-]{1,40}$"
VERSION = r"^[0-9][A-Za-z0-9.+~]{0,20}$"
KEY = r"^[A-Za-z][A-Za-z0-9_-]{0,60}$"
PATH = r"^(/[A-Za-z0-9_@%+=:,.-]+)+$"


def kebab(name: str) -> str:
    """A Python name as it is written in YAML."""
    return name.replace("_", "-")


class Spec(BaseModel):
    """A mapping that a person writes: frozen, unknown keys refused, keys in kebab-case."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=kebab, populate_by_name=True, strict=True)


def plain(number: float) -> str:
    """A number as a person would write it: no exponent, no trailing zeros, a billionth at the finest."""
    return f"{number:.9f}".rstrip("0").rstrip(".")


def expected(what: str) -> PydanticCustomError:
    """The error of a value that is not `what`."""
    return PydanticCustomError("expected", "{what}", {"what": what})


def _matching(
    pattern: str, what: str, convert: Callable[[re.Match[str]], float], most: float, limit: str
) -> Callable[[Any, ValidationInfo], Any]:
    compiled = re.compile(pattern)

    def parse(value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, float) and info.context is None:
            return value  # built in Python, already converted; a file's values come with a context
        found = compiled.fullmatch(value) if isinstance(value, str) else None
        if not found:
            raise expected(what)
        if convert(found) > most:
            raise expected(f"{what}, at most {limit}")
        return convert(found)

    return parse


def _text(pattern: str, what: str) -> Callable[[Any], str]:
    compiled = re.compile(pattern)

    def check(value: Any) -> str:
        if isinstance(value, int | float):
            raise expected(f"{what}, in quotes: without them YAML reads a number, and 1.10 becomes 1.1")
        if not isinstance(value, str) or not compiled.fullmatch(value) or ".." in value.split("/"):
            raise expected(what)
        return value

    return check


def duration(text: str) -> float:
    """Seconds of a duration such as `250ms`, `10s`, `5m`, `24h`. Raises ValueError."""
    found = re.fullmatch(DURATION, text)
    if not found:
        raise ValueError(f"not a duration: {text!r} (such as 250ms, 10s, 5m, 24h)")
    return float(found[1]) * SECONDS[found[2]]


def _defined(collection: str, what: str) -> Callable[[Any, ValidationInfo], Any]:
    """A check against what the rest of the scenario defines, when the loader says what that is."""

    def check(value: Any, info: ValidationInfo) -> Any:
        known = (info.context or {}).get(collection)
        if known is not None and value not in known:
            raise PydanticCustomError(
                "undefined",
                "{what}: {known}",
                {"what": what, "known": ", ".join(map(str, known)) or "none", "choices": [str(k) for k in known]},
            )
        return value

    return check


def _in_fleet(what: str) -> Callable[[int, ValidationInfo], int]:
    """A check against the number of servers that there are, when the loader says how many."""

    def check(value: int, info: ValidationInfo) -> int:
        servers = (info.context or {}).get("servers")
        if value < 1 or (servers is not None and value > servers):
            raise expected(f"{what} from 1 to {servers}" if servers else f"{what} from 1 on")
        return value

    return check


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise expected("a whole number")
    if abs(value) > MOST:
        raise expected(f"a whole number up to {MOST:,}")
    return value


Duration = Annotated[
    float,
    BeforeValidator(
        _matching(
            DURATION,
            "a duration such as 250ms, 10s, 5m, 24h",
            lambda m: float(m[1]) * SECONDS[m[2]],
            LONGEST,
            "366d",
        )
    ),
    PlainSerializer(lambda seconds: f"{plain(seconds)}s", when_used="json"),
    WithJsonSchema({"type": "string", "pattern": DURATION, "examples": ["250ms", "10s", "5m"]}),
]
Rate = Annotated[
    float,
    BeforeValidator(
        _matching(RATE, "a rate such as 50/s or 600/min", lambda m: float(m[1]) / SECONDS[m[2]], MOST, f"{MOST:,}/s")
    ),
    PlainSerializer(lambda rate: f"{plain(rate)}/s", when_used="json"),
    WithJsonSchema({"type": "string", "pattern": RATE, "examples": ["50/s"]}),
]
Share = Annotated[
    float,
    BeforeValidator(_matching(SHARE, "a share such as 4%", lambda m: float(m[1]) / 100, 1, "100%")),
    PlainSerializer(lambda share: f"{plain(100 * share)}%", when_used="json"),
    WithJsonSchema({"type": "string", "pattern": SHARE, "examples": ["4%"]}),
]
Count = Annotated[int, BeforeValidator(_whole)]
NewVersion = Annotated[
    str,
    BeforeValidator(_text(VERSION, 'a version such as "1.0"')),
    WithJsonSchema({"type": "string", "pattern": VERSION}),
]
is_defined_version = _defined("versions", "a version that is defined under service.versions")
Version = Annotated[NewVersion, AfterValidator(is_defined_version)]
Name = Annotated[
    str,
    BeforeValidator(_text(NAME, "a name of up to 24 lower-case letters, digits and dashes")),
    WithJsonSchema({"type": "string", "pattern": NAME}),
]
FleetName = Annotated[Name, AfterValidator(_defined("fleets", "the name of a fleet"))]
PackageName = Annotated[
    str,
    BeforeValidator(_text(PACKAGE, "a package name of lower-case letters, digits, dots, plus and minus")),
    WithJsonSchema({"type": "string", "pattern": PACKAGE}),
]
Key = Annotated[
    str,
    BeforeValidator(_text(KEY, "a configuration key of letters, digits, dashes and underscores")),
    WithJsonSchema({"type": "string", "pattern": KEY}),
]
Path = Annotated[
    str,
    BeforeValidator(_text(PATH, "an absolute path such as /etc/motd")),
    WithJsonSchema({"type": "string", "pattern": PATH}),
]
ServerNumber = Annotated[
    Count, AfterValidator(_in_fleet("a server number")), WithJsonSchema({"type": "integer", "minimum": 1})
]
ServerCount = Annotated[
    Count, AfterValidator(_in_fleet("a number of servers")), WithJsonSchema({"type": "integer", "minimum": 1})
]
ConfigValue = str | int | float | bool
