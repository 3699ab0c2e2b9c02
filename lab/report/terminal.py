"""The terminal's look: lines, status, scorecard and verdicts as rich renderables. Never by colour alone."""

from collections.abc import Callable, Iterable
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from lab.model.scorecard import FleetScore, scorecard
from lab.model.state import LabState
from lab.report.result import succeeded
from lab.report.timeline import Line, Tone, clock, plain, seconds

STYLES: dict[Tone, str] = {
    "say": "bold cyan",
    "order": "bold",
    "good": "green",
    "bad": "red",
    "plain": "",
    "quiet": "dim",
}
SIGNS: dict[Tone, str] = {"say": "»", "order": "▶", "good": "✓", "bad": "✗", "plain": "·", "quiet": "·"}

FLEET_WIDTH = 8


def print_line(console: Console, line: Line) -> None:
    """A line of the timeline; in a terminal its text wraps within its own column, elsewhere it stays one line."""
    head, body = _head(line), _body(line)
    if console.is_terminal:
        grid = Table.grid(padding=(0, 1))
        grid.add_column(no_wrap=True)
        grid.add_column(overflow="fold")
        grid.add_row(head, body)
        console.print(grid)
    else:
        indented = "\n" + " " * (head.cell_len + 1)
        console.print(Text.assemble(head, " ", *_joined(body, indented)), soft_wrap=True)


def _head(line: Line) -> Text:
    time = clock(line.at) if line.at is not None else ""
    return Text.assemble((f"{time:>9} ", "dim"), f"{line.fleet:<{FLEET_WIDTH}} ", (SIGNS[line.tone], STYLES[line.tone]))


def _body(line: Line) -> Text:
    body = Text(line.text, STYLES[line.tone])
    if line.command:
        body.append(f"\n$ {line.command}", "dim not bold")
    return body


def _joined(body: Text, separator: str) -> Iterable[Text | str]:
    for number, part in enumerate(body.split("\n")):
        if number:
            yield separator
        yield part


def status(state: LabState, doing: str = "") -> RenderableType:
    """How things are right now: lab time, and a line for each fleet."""
    if not state.started:
        return Text(plain(doing) or "setting up …", "dim")
    grid = Table.grid(padding=(0, 2))
    for name, score in scorecard(state).items():
        wanted = state.fleets[name].spec.servers
        errors, lost = score.requests["error"], score.requests["refused"] + score.requests["dropped"]
        grid.add_row(
            Text(clock(state.at), "dim"),
            Text(plain(name), "bold"),
            f"{score.healthy}/{wanted} healthy",
            _versions(score),
            f"{score.requests['served']:,} served",
            Text(f"{errors:,} errors", "red" if errors else ""),
            Text(f"{lost:,} lost", "red" if lost else ""),
        )
    return grid


def _versions(score: FleetScore) -> str:
    return plain(", ".join(f"{version} ×{number}" for version, number in score.versions.items())) or "none"


ROWS: tuple[tuple[str, Callable[[FleetScore], Any]], ...] = (
    ("servers running", lambda s: s.servers),
    ("… seen healthy", lambda s: s.healthy),
    ("declared version", lambda s: plain(s.declared_version)),
    ("versions running", _versions),
    ("requests sent", lambda s: s.requests["sent"]),
    ("… served", lambda s: s.requests["served"]),
    ("… answered with an error", lambda s: s.requests["error"]),
    ("… refused by the proxy", lambda s: s.requests["refused"]),
    ("… dropped without an answer", lambda s: s.requests["dropped"]),
    ("latency p50 / p95 / p99", lambda s: _latency(s)),
    ("drifted servers", lambda s: s.drifted_servers),
    ("distinct states", lambda s: s.distinct_states),
    ("paths left behind by the roll-back", lambda s: len(s.residue_paths)),
    ("two versions at once", lambda s: seconds(s.mixed_version_seconds)),
    ("last release took", lambda s: _maybe(s.release_seconds)),
    ("last roll-back took", lambda s: _maybe(s.rollback_seconds)),
    ("server-seconds", lambda s: round(s.server_seconds)),
    ("changes made by hand", lambda s: s.manual_changes),
)


RARE_ROWS: tuple[tuple[str, Callable[[FleetScore], Any]], ...] = (
    ("orders lost behind a 200", lambda s: s.lost_orders),
    ("requests sent to look first", lambda s: s.verify_requests),
    ("the image looked at is what serves", lambda s: _same_digest(s)),
    ("verdict on the canary", lambda s: _verdict(s)),
    ("the last switch took", lambda s: _maybe(s.switch_seconds) if s.switch_seconds else 0),
    ("server-seconds beyond the wanted", lambda s: round(s.extra_server_seconds)),
    ("lost servers replaced", lambda s: s.replaced_servers),
    ("… the last one took", lambda s: _maybe(s.recovery_seconds) if s.replaced_servers else 0),
)
"""Shown where some fleet has something to show."""


def _same_digest(score: FleetScore) -> str | int:
    if score.verified_digest is None:
        return 0
    return "yes" if score.serving_digests == (score.verified_digest,) else "no"


def _verdict(score: FleetScore) -> str | int:
    if score.verdict is None:
        return 0
    return f"{score.verdict['result']}, by {score.verdict['requests_used']:,} requests"


def figures(scores: Iterable[FleetScore]) -> list[tuple[str, list[str]]]:
    """The rows of the scorecard: what each is about, and a cell for each fleet."""
    scores = list(scores)
    rare = [(label, figure) for label, figure in RARE_ROWS if any(figure(score) for score in scores)]
    usual = [(label, [_cell(figure(score)) for score in scores]) for label, figure in ROWS]
    return usual + [(label, [_cell(figure(score) or "–") for score in scores]) for label, figure in rare]


def scorecard_table(state: LabState) -> Table:
    """Every fleet's figures, side by side."""
    table = Table(title="Scorecard", title_justify="left", title_style="bold")
    table.add_column("")
    scores = scorecard(state)
    for name in scores:
        table.add_column(f"{plain(name)}\n{plain(state.fleets[name].spec.strategy)}", justify="right")
    for label, cells in figures(scores.values()):
        differs = len(set(cells)) > 1
        table.add_row(label, *(Text(cell, "bold" if differs else "") for cell in cells))
    return table


def _cell(figure: Any) -> str:
    return f"{figure:,}" if isinstance(figure, int) else str(figure)


def _maybe(value: float | None) -> str:
    return "–" if value is None else seconds(value)


def _latency(score: FleetScore) -> str:
    figures = [score.latency_ms[name] for name in ("p50", "p95", "p99")]
    return " / ".join("–" if figure is None else f"{figure:,.0f}" for figure in figures) + " ms"


def verdict(state: LabState) -> Group:
    """A line for what was expected and what came, one for each order that failed, and the outcome of it all."""
    lines = []
    for check in state.expectations:
        got = f"{check.got:g}" if isinstance(check.got, float) else "nothing" if check.got is None else str(check.got)
        text = f"{check.fleet}: {check.what}: expected {check.expected}, got {got}"
        lines.append(_verdict_line(check.ok, "held", text))
    for failure in state.failures:
        text = f"{failure.fleet}: {failure.verb} at {clock(failure.at)}: {failure.detail}"
        lines.append(Text.assemble(("! order failed ", "yellow"), plain(text)))
    return Group(*lines, _outcome(state))


def _verdict_line(ok: bool, word: str, text: str) -> Text:
    sign = (f"✓ {word}   ", "green") if ok else (f"✗ not {word}", "bold red")
    return Text.assemble(sign, " ", plain(text))


def _outcome(state: LabState) -> Text:
    if state.closed is None:
        return Text("… not over: the session has no end yet, these are the figures so far", "yellow")
    if succeeded(state):
        return Text("✓ everything that was expected came", "bold green")
    missed = sum(not check.ok for check in state.expectations)
    why = [] if state.closed.reason == "finished" else [plain(state.closed.reason)]
    why += [f"{missed} of {len(state.expectations)} expectations did not hold"] if missed else []
    why += [f"{len(state.failures)} orders failed"] if state.failures else []
    return Text(f"✗ {'; '.join(why)}", "bold red")
