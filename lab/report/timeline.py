"""The timeline: each event that a reader wants to hear of, as one line of plain words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import singledispatch
from typing import Any, Literal

from lab.model import events as e
from lab.model.drift import DriftItem, ServerDrift
from lab.model.state import LabState

Tone = Literal["say", "order", "good", "bad", "plain", "quiet"]

SMALL = 24
"""In fleets of up to this many servers each server is told of by itself."""

NAMED = 3
"""As many drifted names are listed; the others are counted."""


@dataclass(frozen=True, slots=True)
class Line:
    """`at` in seconds of lab time; None while the lab is being set up. `command` is what was run, if anything was."""

    at: float | None
    fleet: str
    text: str
    tone: Tone = "plain"
    command: str = ""


def line(event: e.Event, state: LabState) -> Line | None:
    """The line of an event, given the state after it; None if there is nothing to tell."""
    told = _tell(event, state)
    if told is None:
        return None
    at = told.at if state.started else None
    return Line(at, plain(told.fleet), plain(told.text), told.tone, plain(told.command))


def clock(at: float) -> str:
    """Lab time: minutes and seconds to a tenth, and hours where there are any."""
    minutes, tenths = divmod(round(at * 10), 600)
    hours, minutes = divmod(minutes, 60)
    rest = f"{minutes:02d}:{tenths / 10:04.1f}"
    return f"{hours}:{rest}" if hours else rest


def seconds(value: float) -> str:
    """A length of time, to be read."""
    return f"{value:.1f} s" if value < 100 else f"{value:,.0f} s"


def plain(text: str) -> str:
    """`text` without what would steer a terminal: an image's or a journal's words are not trusted that far."""
    return "".join(c if c.isprintable() or c in "\n\t" else "�" for c in text.replace("\r\n", "\n"))


@singledispatch
def _tell(event: Any, state: LabState) -> Line | None:
    return None


@_tell.register
def _(event: e.Progress, state: LabState) -> Line | None:
    return Line(event.at, "", event.text, "quiet") if event.done in (0, event.total) else None


@_tell.register
def _(event: e.ImageBuilt, state: LabState) -> Line:
    packages = ", ".join(f"{name} {version}" for name, version in event.packages.items())
    return Line(event.at, "", f"image {event.version} is ready: {packages}", "quiet")


@_tell.register
def _(event: e.ClockStarted, state: LabState) -> Line:
    fleets = " and ".join(f"{count(fleet.running, 'server')} of {name}" for name, fleet in _in_order(state))
    return Line(event.at, "", f"{fleets} serve, {state.rate:g} requests a second each", "good")


@_tell.register
def _(event: e.Said, state: LabState) -> Line:
    return Line(event.at, "", event.text.strip(), "say")


@_tell.register
def _(event: e.OrderGiven, state: LabState) -> Line | None:
    if event.verb == "say":
        return None
    fleets = "" if len(event.fleets) == len(state.fleets) else ", ".join(event.fleets)
    return Line(event.at, fleets, f"{event.verb} {_words(event.arguments)}".strip(), "order")


@_tell.register
def _(event: e.OrderEnded, state: LabState) -> Line | None:
    if not event.ok:
        return Line(event.at, event.fleet, f"{event.verb} failed: {event.detail}", "bad")
    if event.verb in ("release", "rollback", "bisect"):
        detail = f"; {event.detail}" if event.detail else ""
        return Line(event.at, event.fleet, f"{event.verb} done in {seconds(event.seconds)}{detail}", "good")
    told_already = event.verb in ("ssh", "copy") or not event.detail
    return None if told_already else Line(event.at, event.fleet, f"{event.verb}: {event.detail}")


@_tell.register
def _(event: e.RoutingChanged, state: LabState) -> Line | None:
    shares = ", ".join(f"{share:.0%} to {pool}" for pool, share in event.shares.items())
    return Line(event.at, event.fleet, f"traffic: {shares}") if state.started else None


@_tell.register
def _(event: e.ServerLaunched, state: LabState) -> Line | None:
    return _of_server(event, state, f"{event.server} launched from image {event.version}", "quiet")


@_tell.register
def _(event: e.ServerAdmitted, state: LabState) -> Line | None:
    return _of_server(event, state, f"{event.server} serves, running {event.version}")


@_tell.register
def _(event: e.ServerStopped, state: LabState) -> Line | None:
    if event.cut:
        return Line(event.at, event.fleet, f"{event.server} stopped, {count(event.cut, 'request')} cut off", "bad")
    return _of_server(event, state, f"{event.server} stopped", "quiet")


@_tell.register
def _(event: e.ServerKilled, state: LabState) -> Line:
    return Line(event.at, event.fleet, f"{event.server} died", "bad")


@_tell.register
def _(event: e.ServerRebooted, state: LabState) -> Line:
    return Line(event.at, event.fleet, f"{event.server} is back, running {event.version}")


@_tell.register
def _(event: e.VersionRunning, state: LabState) -> Line | None:
    return _of_server(event, state, f"{event.server} now runs {event.version}")


@_tell.register
def _(event: e.HealthChanged, state: LabState) -> Line | None:
    healthy = "healthy again" if event.healthy else "unhealthy"
    return _of_server(event, state, f"the proxy sees {event.server} {healthy}", "plain" if event.healthy else "bad")


@_tell.register
def _(event: e.OperationDone, state: LabState) -> Line | None:
    by_hand = event.by == "hand"
    if not event.ok:
        what = f"{event.who} could not change {event.server}" if by_hand else f"{event.server}: {event.step} failed"
        return Line(event.at, event.fleet, f"{what}: {event.detail}", "bad", event.command)
    if by_hand:
        return Line(event.at, event.fleet, f"{event.who} changed {event.server}", "plain", event.command)
    return _of_server(event, state, f"{event.server}: {event.step}", "quiet", event.command)


@_tell.register
def _(event: e.VersionProbed, state: LabState) -> Line:
    tone: dict[str, Tone] = {"good": "good", "bad": "bad", "skipped": "plain"}
    return Line(event.at, event.fleet, f"{event.version} is {event.verdict}: {event.detail}", tone[event.verdict])


@_tell.register
def _(event: e.CopyCompared, state: LabState) -> Line:
    what = f"{event.server} and its copy {event.copy}, launched from image {event.version}"
    if not event.items:
        return Line(event.at, event.fleet, f"{what}, are identical", "good")
    return Line(event.at, event.fleet, f"{what}, differ in {_some(event.items)}", "bad")


@_tell.register
def _(event: e.ShellOpened, state: LabState) -> Line:
    copy = event.where != event.server
    where = f"{event.where}, a copy of {event.server} that will be thrown away" if copy else event.server
    return Line(event.at, event.fleet, f"{event.who} opened a shell in {where}", "plain", event.command)


@_tell.register
def _(event: e.ShellClosed, state: LabState) -> Line:
    text = f"the shell in {event.where} was closed after {seconds(event.seconds)}"
    if event.detail:
        return Line(event.at, event.fleet, f"{text}; what was lost with it is not known: {event.detail}", "bad")
    if event.where == event.server:
        return Line(event.at, event.fleet, text)
    lost = f"lost with it: {_some(event.lost)}" if event.lost else "nothing had been changed in it"
    return Line(event.at, event.fleet, f"{text}; {lost}")


@_tell.register
def _(event: e.Verified, state: LabState) -> Line:
    p95 = f", 95th percentile {event.p95 * 1000:.0f} ms" if event.p95 else ""
    text = f"looked at pool {event.pool} first: {event.errors} of {count(event.requests, 'request')} failed{p95}"
    return Line(event.at, event.fleet, text, "good" if event.ok else "bad")


@_tell.register
def _(event: e.VerdictGiven, state: LabState) -> Line:
    tones: dict[str, Tone] = {"healthy": "good", "worse": "bad", "undecided": "plain"}
    return Line(event.at, event.fleet, f"verdict {event.result} ({event.rule}): {event.reason}", tones[event.result])


@_tell.register
def _(event: e.ServerReplaced, state: LabState) -> Line:
    text = f"{event.by} took the place of {event.server}, {event.seconds:.1f} s after it was lost"
    return Line(event.at, event.fleet, text, "good")


@_tell.register
def _(event: e.FaultChanged, state: LabState) -> Line:
    return Line(event.at, event.fleet or "", f"fault: {event.text}", "bad")


@_tell.register
def _(event: e.Scanned, state: LabState) -> Line:
    drifted = [found for found in event.servers if found.items]
    states = count(len({found.fingerprint for found in event.servers}), "distinct state")
    text = f"scan: {len(drifted)} of {count(len(event.servers), 'server')} drifted from {event.declared}, {states}"
    return Line(event.at, event.fleet, text + _names(drifted), "bad" if drifted else "good")


@_tell.register
def _(event: e.TrafficCounted, state: LabState) -> Line | None:
    lost = {"dropped": 0, "refused": 0}
    for row in event.rows:
        if row.outcome in lost:
            lost[row.outcome] += row.count
    text = ", ".join(f"{count(number, 'request')} {outcome}" for outcome, number in lost.items() if number)
    reasons = dict.fromkeys(sample.why for sample in event.samples if sample.why)
    text += f" ({'; '.join(reasons)})" if text and reasons else ""
    return Line(event.at, event.fleet, text, "bad") if text else None


@_tell.register
def _(event: e.SessionClosed, state: LabState) -> Line:
    return Line(event.at, "", f"the session is over: {event.reason}", "good" if event.ok else "bad")


def count(number: int, noun: str) -> str:
    """`3 servers`, `1 server`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _of_server(event: Any, state: LabState, text: str, tone: Tone = "plain", command: str = "") -> Line | None:
    """What happened to one server, where the lab runs and one server is worth a line."""
    told = state.started and _is_small(event.fleet, state)
    return Line(event.at, event.fleet, text, tone, command) if told else None


def _is_small(fleet: str, state: LabState) -> bool:
    return state.fleets[fleet].spec.servers <= SMALL


def _in_order(state: LabState) -> list[tuple[str, Any]]:
    return [(spec.name, state.fleets[spec.name]) for spec in state.session.fleets] if state.session else []


def _some(items: Sequence[DriftItem]) -> str:
    """The names of some items, and how many more there are."""
    more = f" and {len(items) - NAMED} more" if len(items) > NAMED else ""
    return ", ".join(item.name for item in items[:NAMED]) + more


def _names(drifted: list[ServerDrift]) -> str:
    names = sorted({item.name for found in drifted for item in found.items})
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f": {', '.join(names[:NAMED])}{more}" if names else ""


def _words(value: Any) -> str:
    """An order's arguments as a person would say them: the field that an order is about has no need of its name."""
    kinds: dict[type, Callable[[Any], str]] = {Mapping: _pairs, list: lambda items: ", ".join(map(_words, items))}
    for kind, words in kinds.items():
        if isinstance(value, kind):
            return words(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _pairs(value: Mapping[str, Any]) -> str:
    bare = {"version", "text", "rate"} if len(value) == 1 else set()
    return ", ".join(_words(item) if key in bare else f"{key} {_words(item)}" for key, item in value.items())
