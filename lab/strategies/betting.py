"""Betting against a null hypothesis about two shares: the arithmetic of one block and of many.

Two sides have bad shares a (canary) and b (control). One block holds n_a and n_b outcomes of them, of which y_a
and y_b are bad. A bet is a guess (a*, b*), made before the block is seen. Against the null "a − b ≤ s", or
"a − b ≥ s", the block is worth

    S = p(y_a | a*) p(y_b | b*) / ( p(y_a | a0) p(y_b | b0) ),      p(y | t) = t^y (1 − t)^(n − y),

where (a0, b0) is the point of the null nearest to the guess, in Kullback-Leibler divergence weighted by n_a and
n_b. For s = 0 it is the pooled share, a0 = b0 = (n_a a* + n_b b*) / (n_a + n_b).

S is an E-variable: its mean is at most 1 wherever the null is true. Each outcome has a mean that is linear in the
true share, so E[S] = f_a^n_a f_b^n_b with f_a = 1 + (a − a0)(a* − a0) / (a0 (1 − a0)), f_b alike; by the inequality
of arithmetic and geometric means this is at most ((n_a f_a + n_b f_b) / (n_a + n_b))^(n_a + n_b); and that (a0, b0)
is nearest, in a convex null, says that n_a (f_a − 1) + n_b (f_b − 1) ≤ 0. The sizes of the blocks may be unequal
and may change, as long as they don't depend on outcomes. A product of such S, each guess made from earlier
blocks only, is a non-negative supermartingale that starts at 1: the chance that it ever reaches 1/alpha is at
most alpha (Ville), however often one looks. An average of several such products is one too.

Sources: R. Turner, A. Ly, P. Grünwald, "Generic E-variables for exact sequential k-sample tests that allow for
optional stopping", J. Statist. Plann. Inference 230 (2024) 106116; R. Turner, P. Grünwald, "Exact anytime-valid
confidence intervals for contingency tables and beyond", arXiv:2203.09785 (nulls with s ≠ 0).
"""

from math import exp, log

from lab.strategies.evidence import Tally

Guess = tuple[float, float]

PRIOR_BAD, PRIOR_TOTAL = 0.5, 50.0
"""What is assumed of a control before its first request: half a bad one in fifty. Only speed depends on it."""


def estimate(seen: Tally) -> float:
    """A guess at the bad share of a side, from what was seen of it; strictly between 0 and 1."""
    return (seen.bad + PRIOR_BAD) / (seen.total + PRIOR_TOTAL)


def odds_times(share: float, ratio: float) -> float:
    """The share whose odds are `ratio` times those of `share`."""
    return ratio * share / (1 - share + ratio * share)


def nearest(guess: Guess, n_a: int, n_b: int, shift: float) -> Guess:
    """The point (a0, b0) with a0 − b0 = `shift` that is nearest to the guess; `shift` is within (−1, 1).

    It is the one root between the bounds of a cubic in b0: Newton's method, held inside a shrinking bracket.
    """
    a, b = guess
    if shift == 0:
        pooled = (n_a * a + n_b * b) / (n_a + n_b)
        return pooled, pooled
    low, high = max(0.0, -shift), min(1.0, 1 - shift)
    x = min(max(b, low), high)
    for _ in range(100):
        y = x + shift
        value = n_a * (a - y) * x * (1 - x) + n_b * (b - x) * y * (1 - y)
        slope = n_a * ((a - y) * (1 - 2 * x) - x * (1 - x)) + n_b * ((b - x) * (1 - 2 * y) - y * (1 - y))
        low, high = (x, high) if value > 0 else (low, x)
        step = x - value / slope if slope else low
        step = step if low < step < high else (low + high) / 2
        if abs(step - x) <= 1e-13:
            break
        x = step
    return step + shift, step


def log_e(guess: Guess, shift: float, canary: Tally, control: Tally) -> float:
    """ln S of one block against a null with its edge at `shift`; the guess must be on the other side of it."""
    a, b = guess
    a0, b0 = nearest(guess, canary.total, control.total, shift)
    return _log_ratio(a, a0, canary) + _log_ratio(b, b0, control)


def _log_ratio(guess: float, null: float, seen: Tally) -> float:
    good = seen.good * log((1 - guess) / (1 - null)) if seen.good else 0.0
    return good + (seen.bad * log(guess / null) if seen.bad else 0.0)


def log_mean(logs: tuple[float, ...]) -> float:
    """ln of the mean of numbers given by their ln."""
    top = max(logs)
    return top + log(sum(exp(value - top) for value in logs) / len(logs))
