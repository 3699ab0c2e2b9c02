"""How soon each rule sees that a canary is worse, and how often it blames one that is not.

Synthetic streams, no engine. The old version fails 0.5 % of its requests; the canary gets 5 % of the traffic and fails
0.5, 1, 2, 3 or 5 %; one hour of looking. A cell says how many of the canaries were rolled back, and by how many
canary requests / requests in all half of them were.

`sequential` looks after every canary request. Its control is the baseline and the old pool together (as it is meant),
or either alone. `threshold` looks at the end of each interval, and is tuned at 10 requests a second: of all its
settings those are taken that find 3 % soonest while they blame at most so many good canaries. It is tuned in three
ways: the limit only (one minute, 99 % good); the share that must be good, and the limit (one minute); both, and the
interval. That is more than a user can do, as tuning needs both true shares. Hence the last lines: the same settings
where old and new version fail 1 %, and where all new servers are cold, so that canary and baseline both fail 3 %.

    python -m benchmarks.verdict [--json] [--plot FILE]     (--plot needs matplotlib: the extra `bench`)
"""

import argparse
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from math import comb
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.report import Result, main
from benchmarks.verdict_runs import Found, Truth, sequential
from lab.strategies.analysis import Sequential
from lab.strategies.threshold import Threshold

SEED = 7
RUNS = 2_000
HOUR = 3_600
WEIGHT = 0.05
OLD = 0.005
CANARIES = (0.005, 0.01, 0.02, 0.03, 0.05)
TUNED_FOR = 0.03
RATES = (10, 50, 200)
INTERVALS = (20, 30, 60, 90, 120, 180, 240, 300, 320, 360, 400, 450, 600, 720, 900, 1_200, 1_800, 3_600)
RULE = Sequential()
CONTROLS = {"baseline and old": (1, 18), "old pool alone": (0, 19), "baseline alone": (1, 0)}
"""Requests of baseline and old pool that come with one of the canary."""


def canary_requests(rate: float, seconds: float = HOUR) -> int:
    return round(rate * WEIGHT * seconds)


# --- the rule `threshold` ---


@cache
def at_least(count: int, of: int, chance: float) -> float:
    """The chance that so many of `of` independent events happen, or more."""
    return max(0.0, 1 - sum(comb(of, k) * chance**k * (1 - chance) ** (of - k) for k in range(count)))


@dataclass(frozen=True)
class Tuned:
    """Settings of `threshold`, its requests until half of the bad canaries are found, and its false alarms."""

    requests: int
    false_alarms: float
    rule: Threshold

    @property
    def settings(self) -> str:
        return f"{self.rule.interval:g} s, {self.rule.threshold:.2%} good, {self.rule.limit} may fail"


def settings(intervals: Iterable[int], allowed: Iterable[int] | None, false_alarms: float) -> Iterable[Tuned]:
    """For each interval and number of bad requests that still passes: the lowest limit that is quiet enough."""
    for interval in intervals:
        per_check, checks = canary_requests(RATES[0], interval), HOUR // interval
        for passes in range(min(per_check, 30)) if allowed is None else allowed:
            good, bad = (at_least(passes + 1, per_check, share) for share in (OLD, TUNED_FOR))
            limit = next((limit for limit in range(checks) if at_least(limit + 1, checks, good) <= false_alarms), None)
            found = limit is not None and [k for k in range(1, checks + 1) if at_least(limit + 1, k, bad) >= 0.5]
            if limit is not None and found:
                # half a request below the line, so that rounding can't move it
                rule = Threshold(interval, 1 - (passes + 0.5) / per_check, limit, checks)
                yield Tuned(found[0] * per_check, at_least(limit + 1, checks, good), rule)


def tuned(false_alarms: float) -> dict[str, Tuned]:
    """The quickest settings with at most so many false alarms in an hour, by what may be tuned."""
    return {
        name: min(settings(intervals, allowed, false_alarms), key=lambda found: (found.requests, found.false_alarms))
        for name, intervals, allowed in (
            ("limit tuned", (60,), (0,)),
            ("share and limit tuned", (60,), None),
            ("all tuned", INTERVALS, None),
        )
    }


def threshold(rule: Threshold, canary: float, rate: float) -> Found:
    """The rule on many runs: what each check would see, and where the failures pass the limit."""
    per_check, checks = canary_requests(rate, rule.interval), rule.steps
    bad = np.random.default_rng(SEED).binomial(per_check, canary, (RUNS, checks))
    failures = ((per_check - bad) < rule.threshold * per_check).cumsum(axis=1)
    worse = failures[:, -1] > rule.limit
    used = np.where(worse, (failures > rule.limit).argmax(axis=1) + 1, checks) * per_check
    return Found(np.where(worse, 1, -1), used)


# --- the whole ---


def judged(
    canary: float, control: str, rate: float, *, baseline: float = OLD, old: float = OLD, promotes: bool = True
) -> Found:
    truth = Truth(canary, baseline, old, CONTROLS[control])
    return sequential(truth, canary_requests(rate), runs=RUNS, seed=SEED, rule=RULE, promotes=promotes)


def cell(found: Found, rate: float) -> dict[str, Any]:
    requests = canary_requests(rate)
    return {
        "worse": round(found.share_within(1, requests), 4),
        "healthy": round(found.share_within(-1, requests), 4),
        "canary_requests": (used := found.median(1, requests)),
        "requests": used and round(used / WEIGHT),
        "canary_requests_to_healthy": found.median(-1, requests),
    }


def measure(plot: Path | None = None) -> Result:
    longest = max(RATES)
    rules = tuned(RULE.alpha)
    runs = {
        f"sequential, {control}": {canary: judged(canary, control, longest) for canary in CANARIES}
        for control in CONTROLS
    }
    by_rule = {
        rate: {name: {c: cell(found, rate) for c, found in row.items()} for name, row in runs.items()}
        | {
            f"threshold, {name}": {c: cell(threshold(found.rule, c, rate), rate) for c in CANARIES}
            for name, found in rules.items()
        }
        for rate in RATES
    }
    # with promotion a run ends early; the promise is for those who look on, to the last request
    looking_on = {control: judged(OLD, control, longest, promotes=False).share(1) for control in CONTROLS}
    own_rate = by_rule[RATES[0]]["sequential, baseline and old"][OLD]["worse"]
    result = {
        "alpha": RULE.alpha,
        "margin": RULE.margin,
        "runs": RUNS,
        "rates": by_rule,
        "false_alarms_to_the_end": {"canary_requests": canary_requests(longest), **looking_on},
        "tuned": {
            name: {"settings": t.settings, "false_alarms": round(t.false_alarms, 4)} for name, t in rules.items()
        },
        "ratios": {
            f"false alarms at most {limit:.2%}": ratios(by_rule[RATES[0]], tuned(limit))
            for limit in (RULE.alpha, own_rate)
        },
        "elsewhere": elsewhere(rules),
    }
    if plot:
        draw(plot, runs, rules)
    return result


def ratios(cells: dict[str, Any], rules: dict[str, Tuned]) -> dict[str, Any]:
    """Canary requests of `sequential` to find 3 %, as a ratio to those of each tuned `threshold`."""
    return {
        f"{control}, to {name}": round(cells[f"sequential, {control}"][TUNED_FOR]["canary_requests"] / t.requests, 2)
        for control in CONTROLS
        for name, t in rules.items()
    }


def elsewhere(rules: dict[str, Tuned]) -> dict[str, dict[str, float]]:
    """The share of good canaries that are blamed where the truth is not what the settings were tuned for."""
    first = RATES[0]
    shares = {
        f"sequential, {control}": {
            "all fail 1 %": judged(0.01, control, first, baseline=0.01, old=0.01, promotes=False).share(1),
            "new servers fail 3 %": judged(0.03, control, first, baseline=0.03, promotes=False).share(1),
        }
        for control in CONTROLS
    }
    return shares | {
        f"threshold, {name}": {
            "all fail 1 %": threshold(t.rule, 0.01, first).share(1),
            "new servers fail 3 %": threshold(t.rule, 0.03, first).share(1),
        }
        for name, t in rules.items()
    }


def table(result: Result) -> list[list[object]]:
    rows: list[list[object]] = []
    for rate, rules in result["rates"].items():
        rows.append([f"{rate} requests/s; canary fails", *(f"{c:.1%}" for c in CANARIES), "healthy at 0.5%"])
        for name, cells in rules.items():
            rows.append([name, *(_worse(cells[c]) for c in CANARIES), _healthy(cells[OLD])])
        rows.append([""])
    end = result["false_alarms_to_the_end"]
    rows.append([f"false alarms, no promotion, {end['canary_requests']:,} looks"])
    rows += [[f"  sequential, {control}", f"{end[control]:.2%}"] for control in CONTROLS]
    rows.append(["threshold tuned at 10 requests/s"])
    rows += [[f"  {name}", f"{t['false_alarms']:.2%}", t["settings"]] for name, t in result["tuned"].items()]
    for limit, all_ratios in result["ratios"].items():
        rows.append([f"requests to find 3 %, {limit}"])
        rows += [[f"  {name}", ratio] for name, ratio in all_ratios.items()]
    rows.append(["good canaries blamed where", *next(iter(result["elsewhere"].values()))])
    rows += [[f"  {name}", *(f"{s:.1%}" for s in shares.values())] for name, shares in result["elsewhere"].items()]
    return rows


def _worse(cell: dict[str, Any]) -> str:
    used = f"{cell['canary_requests']:,} / {cell['requests']:,}" if cell["canary_requests"] else "-"
    return f"{cell['worse']:.1%} {used}"


def _healthy(cell: dict[str, Any]) -> str:
    return f"{cell['healthy']:.1%} {cell['canary_requests_to_healthy'] or '-'}"


def draw(path: Path, runs: dict[str, dict[float, Found]], rules: dict[str, Tuned]) -> None:
    """Share of canaries rolled back by canary requests: a panel for each true share."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(15, 4), layout="constrained")
    shown = canary_requests(RATES[0])
    at = np.arange(shown + 1)
    for panel, canary in zip(figure.subplots(1, len(CANARIES), sharey=True), CANARIES, strict=True):
        lines = {name: found[canary] for name, found in runs.items()}
        lines |= {f"threshold, {name}": threshold(t.rule, canary, RATES[0]) for name, t in rules.items()}
        for name, found in lines.items():
            ends = np.sort(found.requests[found.result == 1])
            share = np.searchsorted(ends, at, side="right") / RUNS
            panel.plot(at, share, label=name, linestyle="-" if name.startswith("sequential") else "--")
        panel.set_title(f"canary fails {canary:.1%}, old {OLD:.1%}")
        panel.set_xlabel("canary requests")
    figure.axes[0].set_ylabel("rolled back")
    figure.axes[0].axhline(RULE.alpha, color="grey", linewidth=0.8)
    figure.axes[0].legend(fontsize="x-small")
    figure.savefig(path)


if __name__ == "__main__":
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument("--plot", type=Path)
    chosen, sys.argv[1:] = options.parse_known_args()
    if chosen.plot and not find_spec("matplotlib"):
        sys.exit("--plot needs matplotlib: install the lab with its extra `bench`")
    if chosen.plot and not chosen.plot.absolute().parent.is_dir():
        sys.exit(f"--plot {chosen.plot}: there is no folder {chosen.plot.absolute().parent}")
    main(__doc__ or "", lambda: measure(chosen.plot), table)
