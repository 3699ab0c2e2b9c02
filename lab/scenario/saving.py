"""A session as a scenario: what was ordered in it, by hand or by its own steps, at the times at which it was."""

from collections.abc import Iterable
from typing import Any

import yaml

from lab.model.events import Event, OrderEnded, OrderGiven, SessionOpened

HEAD = "# What was ordered in session {name}, at the times at which it was. Play it again with `lab play`.\n"


def saved(source: str, events: Iterable[Event], name: str) -> str:
    """A scenario with the set-up of `source`, the scenario that the session was begun with, and the session's steps.

    Nothing is expected of it: what came of the session may have been the point, or not.
    """
    scenario: dict[str, Any] = yaml.safe_load(source)
    scenario.pop("expect", None)
    scenario["steps"] = _steps(events)
    return HEAD.format(name=name) + yaml.safe_dump(scenario, sort_keys=False, allow_unicode=True, width=100)


def _steps(events: Iterable[Event]) -> list[dict[str, Any]]:
    steps: dict[int, dict[str, Any]] = {}
    under_way: set[tuple[int, str]] = set()
    all_ended, fleets = 0.0, 0
    for event in events:
        match event:
            case SessionOpened():
                fleets = len(event.fleets)
            case OrderGiven():
                # An order that began as the one before ended was given because of that: it has no time of its own.
                follows = bool(steps) and not under_way and event.at == all_ended
                steps[event.order] = _step(event, fleets, timed=not follows)
                under_way |= {(event.order, fleet) for fleet in event.fleets}
            case OrderEnded():
                under_way.discard((event.order, event.fleet))
                all_ended = event.at
                if not event.ok:
                    steps[event.order]["may-fail"] = True
    return [*steps.values()]


def _step(order: OrderGiven, fleets: int, timed: bool) -> dict[str, Any]:
    at = {"at": f"{order.at:.6f}".rstrip("0").rstrip(".") + "s"} if timed else {}
    step: dict[str, Any] = {**at, order.verb: dict(order.arguments)}
    if len(order.fleets) != fleets:
        step["fleets"] = [*order.fleets]
    return step
