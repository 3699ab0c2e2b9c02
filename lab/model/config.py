"""The service's configuration file: flat TOML, one `key = value` a line, lines sorted bytewise.

Sorted, so that the order in which keys were set leaves no trace: a file patched key by key has the same
bytes as one rendered whole.
"""

import json
from collections.abc import Iterable, Mapping

Value = str | int | float | bool


def literal(value: Value) -> str:
    """`value` as TOML writes it. JSON's notation of these four types is also TOML's."""
    return json.dumps(value, ensure_ascii=False)


def render_config(config: Mapping[str, Value]) -> bytes:
    """The whole file for `config`."""
    return _lines(f"{key} = {literal(value)}" for key, value in config.items())


def parse_config(content: bytes) -> list[tuple[str, str]]:
    """Each key with its value as written. Lines that set nothing are passed over, as a reader of drift would."""
    pairs = (line.split(" = ", 1) for line in _split(content.decode("utf-8", "replace")))
    return [(pair[0].strip(), pair[1].strip()) for pair in pairs if len(pair) == 2 and pair[0][:1] != "#"]


def with_key(content: bytes, key: str, value: Value | None) -> bytes:
    """`content` with `key` set to `value`, or removed if that is None."""
    kept = [line for line in _split(content.decode()) if not line.startswith(f"{key} = ")]
    return _lines(kept if value is None else [*kept, f"{key} = {literal(value)}"])


def _split(text: str) -> list[str]:
    """Lines as grep and sort have them: divided by newlines and by nothing else that Unicode counts as a break."""
    return text.removesuffix("\n").split("\n") if text else []


def _lines(lines: Iterable[str]) -> bytes:
    return b"".join(sorted(line.encode() + b"\n" for line in lines))
