"""How a session stands, in plain lines: for screen readers and scripts."""

from collections import Counter
from collections.abc import Iterable

from lab.model.scorecard import FleetScore, scorecard
from lab.model.state import FleetState, LabState
from lab.report.timeline import clock, count, plain


def standing(state: LabState) -> list[str]:
    """The lines: one for the session, then a few for each fleet. What changes by itself, such as time, comes first."""
    if state.session is None:
        return ["The session has not begun yet."]
    session = state.session
    lines = [
        f"{plain(session.title)}: {_phase(state)}, at {clock(state.at)} of lab time",
        f"engine {session.engine}: {plain(session.why)}",
        f"traffic: {state.rate:g} requests a second to each fleet",
    ]
    for name, score in scorecard(state).items():
        lines += _fleet(name, state.fleets[name], score)
    return lines


def _phase(state: LabState) -> str:
    if state.closed:
        return f"over ({plain(state.closed.reason)})"
    return "running" if state.started else "being set up"


def _fleet(name: str, fleet: FleetState, score: FleetScore) -> Iterable[str]:
    states = Counter(server.status for server in fleet.servers.values())
    lost = score.requests["refused"] + score.requests["dropped"]
    p95 = score.latency_ms.get("p95")
    latency = "" if p95 is None else f", 95 % within {p95:,.0f} ms"
    yield f"fleet {plain(name)}, {fleet.spec.strategy}: declared {plain(fleet.declared) or 'nothing yet'}"
    running = _listed(score.versions.items()) or "nothing that users reach"
    yield f"  servers: {_listed(states.items()) or 'none'}; running {running}"
    yield f"  traffic: {', '.join(f'{share:.0%} to {plain(pool)}' for pool, share in sorted(fleet.shares.items()))}"
    yield f"  requests: {score.requests['sent']:,} sent, {score.requests['error']:,} errors, {lost:,} lost{latency}"
    scanned = "never scanned" if fleet.scanned_at is None else f"last scanned at {clock(fleet.scanned_at)}"
    states_seen = count(score.distinct_states, "distinct state")
    yield f"  drift: {count(score.drifted_servers, 'server')} drifted, {states_seen}, {scanned}"


def _listed(counts: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{number} {plain(what)}" for what, number in sorted(counts))
