"""The rule `sequential` for thousands of runs at once: the formulas of `lab.strategies`, in numpy."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lab.strategies.analysis import EITHER_ODDS, Sequential
from lab.strategies.betting import PRIOR_BAD, PRIOR_TOTAL
from lab.strategies.comparison import HARMFUL_ODDS

Numbers = NDArray[np.float64]
NEVER = np.iinfo(np.int64).max


def nearest(guess: tuple[Numbers, Numbers], n_a: int, n_b: int, shift: float) -> tuple[Numbers, Numbers]:
    a, b = guess
    if shift == 0:
        pooled = (n_a * a + n_b * b) / (n_a + n_b)
        return pooled, pooled
    low, high = np.full_like(b, max(0.0, -shift)), np.full_like(b, min(1.0, 1 - shift))
    x = np.clip(b, low, high)
    for _ in range(100):
        y = x + shift
        value = n_a * (a - y) * x * (1 - x) + n_b * (b - x) * y * (1 - y)
        slope = n_a * ((a - y) * (1 - 2 * x) - x * (1 - x)) + n_b * ((b - x) * (1 - 2 * y) - y * (1 - y))
        low, high = np.where(value > 0, x, low), np.where(value > 0, high, x)
        step = x - value / slope
        step = np.where((low < step) & (step < high), step, (low + high) / 2)
        if np.abs(step - x).max() <= 1e-13:
            break
        x = step
    return step + shift, step


def log_e(guess: tuple[Numbers, Numbers], shift: float, canary: Numbers, control: Numbers, size: int) -> Numbers:
    """ln S of a block of one canary outcome, 1 if bad, and `size` of the control's, so many of them bad."""
    (a, b), (a0, b0) = guess, nearest(guess, 1, size, shift)
    worth: Numbers = np.log(np.where(canary > 0, a / a0, (1 - a) / (1 - a0)))
    per_good = np.log((1 - b) / (1 - b0))
    worth += (size - control) * per_good
    bad = control > 0  # few are: most of the time goes into logarithms
    worth[..., bad] += control[bad] * np.log((b / b0)[..., bad])
    return worth


def log_mean(logs: Numbers) -> Numbers:
    top: Numbers = logs.max(axis=0)
    mean: Numbers = np.log(np.exp(logs - top).mean(axis=0))
    return top + mean


class Bets:
    """ln of the capital of many runs at once: one row for each odds ratio, and the one against harm ≥ margin."""

    def __init__(self, runs: int, control: int, odds: tuple[float, ...], margin: float) -> None:
        self.control, self.odds, self.margin = control, np.array(odds)[:, None], margin
        self.seen, self.bad = 0, np.zeros(runs)
        self.capital, self.safety = np.zeros((len(odds), runs)), np.zeros(runs)

    def take(self, canary: Numbers, control: Numbers, *, safety: bool = True) -> None:
        """One outcome of the canary, and the bad ones among the control's, run by run."""
        b = (self.bad + PRIOR_BAD) / (self.seen + PRIOR_TOTAL)
        self.capital += log_e((self.odds * b / (1 - b + self.odds * b), b), 0.0, canary, control, self.control)
        if safety:
            self.safety += log_e((b, b), self.margin, canary, control, self.control)
        self.seen, self.bad = self.seen + self.control, self.bad + control

    @property
    def harm(self) -> Numbers:
        return log_mean(self.capital)

    def keep(self, runs: NDArray[np.bool_]) -> None:
        self.bad, self.capital, self.safety = self.bad[runs], self.capital[:, runs], self.safety[runs]


@dataclass(frozen=True)
class Found:
    """What became of the runs: 1 worse, -1 healthy, 0 undecided; and the canary requests until then."""

    result: NDArray[np.int64]
    requests: NDArray[np.int64]

    def share(self, result: int) -> float:
        return float((self.result == result).mean())

    def share_within(self, result: int, requests: int) -> float:
        return float(((self.result == result) & (self.requests <= requests)).mean())

    def median(self, result: int, within: int) -> int | None:
        """The requests by which half of all runs had this result; None if half never had within so many."""
        soon = np.where(self.result == result, self.requests, NEVER)
        middle = int(np.sort(soon)[(len(soon) - 1) // 2])
        return middle if middle <= within else None


@dataclass(frozen=True)
class Truth:
    """The bad shares of canary, baseline and old pool; how many of the latter two come with one canary request."""

    canary: float
    baseline: float
    old: float
    sizes: tuple[int, int]

    def draw(self, random: np.random.Generator, runs: int) -> tuple[Numbers, Numbers, Numbers]:
        """The bad outcomes, run by run, of one canary request and of those of baseline and old pool."""
        canary = (random.random(runs) < self.canary).astype(float)
        sides = zip((self.baseline, self.old), self.sizes, strict=True)
        baseline, old = (random.binomial(size, share, runs).astype(float) for share, size in sides)
        return canary, baseline, old


def sequential(truth: Truth, requests: int, *, runs: int, seed: int, rule: Sequential, promotes: bool = True) -> Found:
    """The rule on many runs, looking after every request of the canary. Without `promotes` only `worse` ends a run."""
    random = np.random.default_rng(seed)
    baseline_size, old_size = truth.sizes
    pooled = Bets(runs, baseline_size + old_size, HARMFUL_ODDS, rule.margin)
    alone = Bets(runs, baseline_size, HARMFUL_ODDS, rule.margin)
    differ = Bets(runs, old_size, EITHER_ODDS, rule.margin)
    both = all(truth.sizes)
    lost, lost_harm, lost_safety = np.zeros(runs, bool), np.zeros(runs), np.zeros(runs)
    open_runs = np.arange(runs)
    result, used = np.zeros(runs, np.int64), np.full(runs, requests)
    for looked in range(1, requests + 1):
        y, y_baseline, y_old = truth.draw(random, len(open_runs))
        pooled.take(y, y_baseline + y_old, safety=promotes)
        harm, safety = pooled.harm, pooled.safety
        leans_harm = leans_safe = np.ones(len(open_runs), bool)
        if both:
            alone.take(y, y_baseline, safety=promotes)
            differ.take(y_baseline, y_old, safety=False)
            alone_harm = alone.harm
            parted = ~lost & (differ.harm >= rule.lean)
            lost_harm = np.where(parted, np.minimum(0, harm - alone_harm), lost_harm)
            lost_safety = np.where(parted, np.minimum(0, safety - alone.safety), lost_safety)
            lost = lost | parted
            harm = np.where(lost, alone_harm + lost_harm, harm)
            safety = np.where(lost, alone.safety + lost_safety, safety)
            leans_harm, leans_safe = alone_harm >= rule.lean, alone.safety >= rule.lean
        worse = (harm >= rule.bar) & leans_harm
        healthy = ~worse & (safety >= rule.bar) & leans_safe & promotes
        done = worse | healthy
        if done.any():
            result[open_runs[worse]], result[open_runs[healthy]] = 1, -1
            used[open_runs[done]] = looked
            lost, lost_harm, lost_safety = lost[~done], lost_harm[~done], lost_safety[~done]
            for bets in (pooled, alone, differ):
                bets.keep(~done)
            open_runs = open_runs[~done]
            if not len(open_runs):
                break
    return Found(result, used)
