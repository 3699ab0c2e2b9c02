"""The reference of scenario files, as Markdown, written from the schema itself."""

from collections.abc import Iterator, Mapping
from typing import Any

from lab.model.metric import METRICS
from lab.model.orders import ORDERS
from lab.scenario.schema import json_schema
from lab.strategies import STRATEGIES

_HEAD = """\
# Scenario files

A scenario is one timeline of orders for several fleets, in YAML. This page is made from the schema by
`python -m lab.scenario.reference > docs/scenario.md`; `lab schema` prints the same for editors, and
`lab check FILE` says what is wrong in a file, with line and column.

Durations look like `250ms`, `10s`, `5m`, `24h`, rates like `50/s`, shares like `4%`. Versions stand in quotes: without
them YAML reads `1.10` as the number 1.1. Unknown keys are refused.
"""

_PARTS = {
    "ServiceSpec": "service",
    "VersionSpec": "service.versions.VERSION",
    "BehaviourSpec": "service.versions.VERSION.behaviour",
    "PackageSpec": "service.packages.NAME.VERSION",
    "TrafficSpec": "traffic",
    "FleetEntry": "fleets.NAME",
}


def reference() -> str:
    """The whole page."""
    return "\n".join(_sections()).rstrip() + "\n"


def _sections() -> Iterator[str]:
    schema = json_schema()
    parts: Mapping[str, Any] = schema["$defs"]
    yield _HEAD
    yield from _section("##", "The top level", schema)
    for name, path in _PARTS.items():
        yield from _section("##", f"`{path}`", parts[name])
    yield from ("## Strategies", "", "`strategy: NAME`, or `strategy: {NAME: {OPTION: VALUE}}`.", "")
    for name, strategy in STRATEGIES.items():
        yield from _section("###", f"`{name}`", parts[strategy.__name__])
    step = parts["StepSpec"]
    timing = {key: value for key, value in step["properties"].items() if key not in ORDERS}
    yield from _section("##", "`steps[]`", {**step, "properties": timing})
    yield from ("and exactly one of these orders:", "")
    for verb, order in ORDERS.items():
        fields = parts[order.__name__]
        if verb == "wait-until":
            fields = {**fields, "properties": {k: v for k, v in fields["properties"].items() if k not in METRICS}}
        yield from _section("###", f"`{verb}`", fields)
        if order.shorthand:
            yield from (f"`{verb}: VALUE` is short for `{verb}: {{{order.shorthand}: VALUE}}`.", "")
    yield from _section("###", "`ssh.write`", parts["Written"])
    yield from _section("###", "`bisect.probe`", parts["ProbeSpec"])
    yield from ("## Figures", "", "For `wait-until` and, by fleet, for `expect`: a number, a comparison such as")
    yield from ('`"> 1"` or `"< 250ms"`, or for versions `"1.1"`, `mixed` or `none`.', "")
    yield from _table({name: {"description": metric.doc} for name, metric in METRICS.items()}, METRICS)


def _section(level: str, title: str, schema: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"{level} {title}", "", " ".join(schema["description"].split()), "")
    fields = schema.get("properties", {})
    if fields:
        yield from _table(fields, fields.keys() - schema.get("required", ()))


def _table(fields: Mapping[str, Any], optional: Any) -> Iterator[str]:
    yield from ("| key | |", "| --- | --- |")
    for key, field in fields.items():
        notes = [field.get("description", "")]
        notes += [] if key in optional else ["required"]
        notes += [f"default `{field['default']}`"] if field.get("default") not in (None, "", [], {}, False) else []
        notes += [f"one of {', '.join(f'`{value}`' for value in _choices(field))}"] if _choices(field) else []
        yield f"| `{key}` | {'; '.join(note for note in notes if note)} |"
    yield ""


def _choices(field: Mapping[str, Any]) -> list[str]:
    """The words that a field takes, if it takes only certain ones."""
    branches = field.get("anyOf", [field])
    return next((branch["enum"] for branch in branches if "enum" in branch), [])


if __name__ == "__main__":
    print(reference(), end="")
