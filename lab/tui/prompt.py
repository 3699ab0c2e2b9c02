"""The small prompt of a simulated server: a line that a person types becomes what they do there by hand."""

import shlex
from collections.abc import Callable

from pydantic import ValidationError

from lab.model.orders import Ssh
from lab.model.recipe import CONFIG_PATH

HELP = """\
install PACKAGE VERSION     install a package
remove PACKAGE              remove a package
set KEY VALUE [FILE]        set a key of the service's configuration
write FILE TEXT             write a file
delete FILE                 delete a file
restart                     restart the service
exit                        leave"""


class PromptError(Exception):
    """A line that says nothing that can be done; the message says what would."""


def parse(line: str, number: int, who: str) -> Ssh:
    """What a line does, on the server of that number. Raises `PromptError`."""
    try:
        verb, *words = shlex.split(line)
    except ValueError as error:
        raise PromptError(f"{error}: quote what has blanks in it") from None
    if verb not in _VERBS:
        raise PromptError(f"{verb}: not known here. There are {', '.join(_VERBS)} and exit.")
    try:
        return Ssh.model_validate({"server": number, "who": who, **_VERBS[verb](*words)})
    except TypeError:
        usage = next(text for text in HELP.splitlines() if text.startswith(verb))
        raise PromptError(f"expected {' '.join(usage.split('  ')[0].split())}") from None
    except ValidationError as error:
        raise PromptError("; ".join(str(one["msg"]) for one in error.errors(include_url=False))) from None


def _value(text: str) -> int | float | bool | str:
    """A configuration value as it would be typed into the file: numbers and truth values without quotes."""
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


_VERBS: dict[str, Callable[..., dict[str, object]]] = {
    "install": lambda package, version: {"install": {package: version}},
    "remove": lambda package: {"remove": [package]},
    "set": lambda key, value, path=CONFIG_PATH: {"write": {"path": path, "set": {key: _value(value)}}},
    "write": lambda path, *text: {"write": {"path": path, "content": " ".join(text) + "\n"}},
    "delete": lambda path: {"delete": path},
    "restart": lambda: {"restart": True},
}
