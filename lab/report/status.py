"""How a session stands, in plain lines: for screen readers and scripts."""

from collections import Counter
from collections.abc import Iterable

from lab.model.scorecard import FleetScore, scorecard
from lab.model.state import FleetState, LabState
from lab.report.timeline import clock, count, plain


def standing(state: LabState, killed: bool = False, counting: bool = True) -> list[str]:
    """The lines: some for the session, then some for each fleet.

    `killed` says that its lab is gone without having closed it. Without `counting`, what grows by itself is left
    out, so that lines differ only if something happened: lab time, requests that were answered, their latency.
    """
    if state.session is None:
        return ["The session has not begun yet."]
    session = state.session
    at = f", at {clock(state.at)} of lab time" if counting else ""
    lines = [
        f"{plain(session.title)}: {phase(state, killed)}{at}",
        f"engine {plain(session.engine)}: {plain(session.why)}",
        f"traffic: {state.rate:g} requests a second to each fleet",
    ]
    for name, score in scorecard(state).items():
        lines += _fleet(name, state.fleets[name], score, counting)
    return lines


def phase(state: LabState, killed: bool) -> str:
    """Where the session is between its opening and its end, in words."""
    if state.closed:
        return f"over ({plain(state.closed.reason)})"
    if killed:
        return "killed before it ended"
    return "running" if state.started else "being set up"


def _fleet(name: str, fleet: FleetState, score: FleetScore, counting: bool) -> Iterable[str]:
    statuses = Counter(server.status for server in fleet.servers.values())
    servers = ", ".join(f"{number:,} {status}" for status, number in sorted(statuses.items()))
    reached = " and ".join(f"{number:,} of version {plain(version)}" for version, number in score.versions.items())
    shares = ", ".join(f"{share:.0%} to {plain(pool)}" for pool, share in sorted(fleet.shares.items()))
    yield f"fleet {plain(name)}, {fleet.spec.strategy}: declared {plain(fleet.declared) or 'nothing yet'}"
    yield f"  servers: {servers or 'none'}; users reach {reached or 'none'}"
    yield f"  traffic: {shares or 'none yet'}"
    yield f"  requests: {', '.join(_requests(score, counting))}"
    yield f"  drift: {_drift(fleet, score)}"


def _requests(score: FleetScore, counting: bool) -> Iterable[str]:
    requests, p95 = score.requests, score.latency_ms.get("p95")
    if counting:
        yield f"{requests['sent']:,} sent"
        yield count(requests["error"], "error")
    yield f"{requests['refused'] + requests['dropped']:,} lost"
    if counting and p95 is not None:
        yield f"95 % within {p95:,.0f} ms"


def _drift(fleet: FleetState, score: FleetScore) -> str:
    if fleet.scanned_at is None:
        return "not scanned yet"
    drifted, distinct = count(score.drifted_servers, "server"), count(score.distinct_states, "distinct state")
    return f"{drifted} drifted, {distinct}, last scanned at {clock(fleet.scanned_at)}"
