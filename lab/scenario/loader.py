"""From a file to a `Scenario`, or to one report of every mistake in it. A scenario file is untrusted input."""

import os
import stat
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from lab.scenario.keys import correct_keys
from lab.scenario.mistakes import LOOKED_UP, Mistake, ScenarioError, suggestion
from lab.scenario.rules import break_rules, mapping
from lab.scenario.schema import MAX_FLEETS, Document, Scenario, scenario
from lab.scenario.service import MAX_VERSIONS
from lab.scenario.spot import Spot, spot
from lab.scenario.wording import expectation
from lab.scenario.yaml_tree import Node, parse

MAX_BYTES = 256 * 1024
"""Larger files are refused unread."""


def load(path: str | os.PathLike[str]) -> Scenario:
    """The scenario in a file. Raises `ScenarioError` with every mistake that is in it."""
    file = os.fspath(path)
    return load_text(_read(Path(file)), file)


def load_text(text: str, file: str) -> Scenario:
    """The scenario in a text; `file` is what reports call it. Raises `ScenarioError`."""
    root, mistakes = parse(text, file)
    if not isinstance(root.value, dict):
        where = Mistake(file, root.line, root.column, "", root.shown, "a mapping with title, service, fleets and steps")
        raise ScenarioError([*mistakes, where])
    mistakes += correct_keys(root, Document, file)
    data = root.plain
    document, errors = _validated(data)
    mistakes += _worded(root, errors, file)
    for location, what, wanted in break_rules(data):
        at = spot(root, location)
        mistakes.append(Mistake(file, at.line, at.column, at.path, what or at.shown, wanted))
    if mistakes or document is None:
        raise ScenarioError(mistakes)
    return scenario(document)


def _read(path: Path) -> str:
    """The text of a file, which is looked at before it is read."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            kind = "a directory" if stat.S_ISDIR(status.st_mode) else "something that is no file"
            raise _refused(path, kind, "a scenario file")
        if status.st_size > MAX_BYTES:
            raise _refused(path, f"{status.st_size:,} bytes", f"a scenario file of at most {MAX_BYTES:,}")
        content = path.read_bytes()
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        found = f"a byte that is not UTF-8 text (0x{error.object[error.start]:02x}, on line {line})"
        raise _refused(path, found, "a scenario file, which is text") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _refused(path, f"nothing that can be read ({reason})", "a scenario file") from None


def _refused(path: Path, found: str, wanted: str) -> ScenarioError:
    return ScenarioError([Mistake(str(path), 0, 0, "", found, wanted)])


def _validated(data: Any) -> tuple[Document | None, list[Any]]:
    """What the schema makes of the data: a document, or errors."""
    try:
        return Document.model_validate(data, context=_defined(data)), []
    except ValidationError as errors:
        return None, errors.errors(include_url=False)


def _defined(data: dict[str, Any]) -> dict[str, Any]:
    """What a scenario defines for the rest of it to refer to, as far as it can be made out."""
    fleets = list(mapping(data.get("fleets")).items())[:MAX_FLEETS]
    versions = list(mapping(mapping(data.get("service")).get("versions")))[:MAX_VERSIONS]
    sizes = {name: mapping(fleet).get("servers") for name, fleet in fleets}
    return {
        "versions": versions,
        "fleets": [name for name, _ in fleets],
        "sizes": {name: size for name, size in sizes.items() if type(size) is int and size > 0},
    }


def _worded(root: Node, errors: list[Any], file: str) -> list[Mistake]:
    """The schema's errors as mistakes. Several about one spot are its alternatives, and become one."""
    expected: dict[tuple[Spot, str], dict[str, None]] = {}
    near: dict[tuple[Spot, str], str | None] = {}
    for number, error in enumerate(errors):
        at = spot(root, error["loc"])
        found = f"no `{error['loc'][-1]}`" if error["type"] == "missing" else at.shown
        expected.setdefault((at, found), {})[expectation(error)] = None
        choices = error.get("ctx", {}).get("choices", ())
        if isinstance(error["input"], str) and number < LOOKED_UP:
            near[at, found] = suggestion(error["input"], choices)
    return [
        Mistake(file, at.line, at.column, at.path, found, " or ".join(wanted), near.get((at, found)))
        for (at, found), wanted in expected.items()
    ]
