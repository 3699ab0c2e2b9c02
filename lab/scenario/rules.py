"""Rules that span several places of a scenario. They look at raw values, and pass over what has the wrong type:
somebody else complains of that.
"""

from collections.abc import Iterator
from typing import Any

from lab.model.orders import ORDERS
from lab.model.spec import duration, plain
from lab.scenario.mistakes import Path

Finding = tuple[Path, str | None, str]
"""Where; what was found, None for what stands there; what was expected."""


def break_rules(data: Any) -> Iterator[Finding]:
    """Everything in a scenario that no single value is to blame for."""
    steps = _at(data, "steps")
    if isinstance(steps, list):
        yield from _one_order_each(steps)
        yield from _time_runs_forwards(steps)
        yield from _bisects_lead_somewhere(steps, mapping(_at(data, "service", "versions")))
    versions = mapping(_at(data, "service", "versions"))
    yield from _no_cycles(versions)
    yield from _no_library_is_the_service(data)
    yield from _own_ports(mapping(_at(data, "fleets")))


def mapping(value: Any) -> dict[str, Any]:
    """The value, or an empty mapping if it is something else."""
    return value if isinstance(value, dict) else {}


def _at(data: Any, *path: str) -> Any:
    for key in path:
        data = mapping(data).get(key)
    return data


def _one_order_each(steps: list[Any]) -> Iterator[Finding]:
    for index, step in enumerate(steps):
        if not isinstance(step, dict):
            continue
        verbs = [verb for verb in step if verb in ORDERS]
        if not verbs:
            yield ("steps", index), "a step without an order", f"one of {', '.join(ORDERS)}"
        for verb in verbs[1:]:
            found = f"a second order, after `{verbs[0]}`"
            yield ("steps", index, verb, "[key]"), found, "one order in a step"


def _time_runs_forwards(steps: list[Any]) -> Iterator[Finding]:
    latest, since = 0.0, 0
    for index, step in enumerate(steps):
        try:
            at = duration(step["at"])
        except (ValueError, TypeError, KeyError):
            continue
        if at < latest:
            yield ("steps", index, "at"), None, f"{plain(latest)}s or later, when steps[{since}] begins"
        else:
            latest, since = at, index


def _bisects_lead_somewhere(steps: list[Any], versions: dict[str, Any]) -> Iterator[Finding]:
    for index, step in enumerate(steps):
        good, bad = (_line(versions, _at(step, "bisect", end)) for end in ("good", "bad"))
        place = ("steps", index, "bisect", "bad")
        if not good or not bad:
            continue
        if bad[0] in good:
            yield place, None, f"a version that {good[0]} neither is nor derives from"
        elif not set(good) & set(bad):
            yield place, None, f"a version that derives from what {good[0]} derives from: {', '.join(good)}"


def _line(versions: dict[str, Any], version: Any) -> list[str]:
    """A version and those that it derives from, as far as they can be made out."""
    line: list[str] = []
    while isinstance(version, str) and version in versions and version not in line:
        line.append(version)
        version = _at(versions[version], "from")
    return line


def _no_cycles(versions: dict[str, Any]) -> Iterator[Finding]:
    parents = {version: _at(spec, "from") for version, spec in versions.items()}
    done: set[str] = set()
    for start in parents:
        chain: dict[str, None] = {}
        version: Any = start
        while isinstance(version, str) and version in parents and version not in done and version not in chain:
            chain[version] = None
            version = parents[version]
        if isinstance(version, str) and version in chain:
            cycle = [*chain][[*chain].index(version) :]
            found = f"a cycle: {' → '.join([*cycle, version])}"
            yield ("service", "versions", cycle[0], "from"), found, "a version that leads back to one without `from`"
        done |= chain.keys()


def _no_library_is_the_service(data: Any) -> Iterator[Finding]:
    image = _at(data, "service", "image") or "storefront"
    places: list[Path] = [("service",)]
    places += [("service", "versions", version) for version in mapping(_at(data, "service", "versions"))]
    for place in places:
        if image in mapping(_at(data, *map(str, place), "packages")):
            yield (*place, "packages", image, "[key]"), "the service itself", "a library: the service is always there"


def _own_ports(fleets: dict[str, Any]) -> Iterator[Finding]:
    owners: dict[int, str] = {}
    for name in fleets:
        port = _at(fleets, name, "port")
        if type(port) is int and owners.setdefault(port, name) != name:
            yield ("fleets", name, "port"), None, f"a port of its own: {owners[port]} has this one"
