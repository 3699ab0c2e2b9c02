"""What stands in the border of a fleet's panel: above, how it is; below, what the glyphs and colours mean."""

from rich.style import Style
from rich.text import Text

from lab.model.state import FleetState
from lab.report.timeline import plain
from lab.tui.filter import Filter
from lab.tui.glyphs import GLYPHS, glyph
from lab.tui.marks import WRONG, mark


def title(name: str, fleet: FleetState | None, chosen: Filter) -> Text:
    """Such as `pets · in-place · 1.1 · 6/6 · 2 drifted · 3 states`; with a filter, how many match it comes first."""
    if fleet is None:
        return Text(plain(name))
    servers = list(fleet.servers.values())
    routed = {pool for pool, share in fleet.shares.items() if share > 0}
    found = {(server.pool, server.status, server.fingerprint) for server in servers}
    states = len({state for pool, status, state in found if state and status != "dead" and pool in routed})
    healthy = [server.status for server in servers].count("healthy")
    drifted = len([server for server in servers if server.drift])
    parts = [
        Text(f"{sum(map(chosen.matches, servers))} of {len(servers)} match" if chosen else ""),
        Text(plain(fleet.spec.strategy)),
        Text(plain(fleet.declared)),
        Text(f"{healthy}/{len(servers)}"),
        Text(f"{drifted} drifted" if drifted else "", Style(color=WRONG, bold=True)),
        Text(f"{states} state{'' if states == 1 else 's'}" if states else ""),
    ]
    return Text(" · ").join([Text(plain(name), "bold"), *filter(None, parts)])


def legend(fleet: FleetState | None, versions: tuple[str, ...], dark: bool = True) -> Text:
    """The marks of the versions and the glyphs of the states that there are in the fleet."""
    alike = {(s.version, s.status, bool(s.drift)): s for s in fleet.servers.values()} if fleet else {}
    states = {glyph(server).name for server in alike.values()}
    seen = {version for version, _, _ in alike}
    known = [version for version in versions if version in seen]
    marks = [(mark(version, versions, dark), version) for version in (*known, *sorted(seen - {*known}))]
    parts = [Text(f"{found.letter} {plain(version)}", found.style) for found, version in marks]
    parts += [
        Text.assemble((state.symbol, state.style or ""), f" {state.name}")
        for state in GLYPHS.values()
        if state.name in states
    ]
    return Text("  ").join(parts)
