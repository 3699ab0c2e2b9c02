"""One canary against one control: the bets that run, and what they have earned so far.

Three kinds of bets run side by side, each against a null of its own:
- harm, against "a − b ≤ 0": the canary's odds of a bad request are 2, 4, 8 or 16 times the control's, a quarter of
  the capital each. Guesses by ratio fit a service that fails once in a thousand as well as one that fails often;
- safety, against "a − b ≥ margin": both sides have the share that the control has shown;
- the two ends of the difference, against "a − b ≤ s" and "a − b ≥ s" for each s of a grid: both shares are as
  seen so far, the canary's drawn to the control's by as much as 20 requests would. What lies between the nulls
  that are refuted is the confidence sequence. At s = 0 from below, and at the margin from above, the bets on harm
  and on safety take that place, so that interval and verdict agree.
"""

from dataclasses import dataclass, replace
from functools import cache
from itertools import takewhile

from lab.strategies.betting import estimate, log_e, log_mean, odds_times
from lab.strategies.evidence import NOTHING, Tally

HARMFUL_ODDS = (2.0, 4.0, 8.0, 16.0)
DRAWN_BY = 20.0
STEPS = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 32.0, 48.0, 64.0, 96.0)


@cache
def grid(margin: float) -> tuple[float, ...]:
    """The differences at which the confidence sequence can end, ascending: 0, and multiples of the margin."""
    up = [step * margin for step in STEPS if step * margin < 1]
    return (*(-shift for shift in reversed(up)), 0.0, *up)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was seen, and ln of each bet's capital.

    A block is settled when both sides have an outcome in it; until then its requests are in `pending_*`. So one
    block may be one outcome of the canary and the dozens of the control that came with it.
    """

    canary: Tally = NOTHING
    control: Tally = NOTHING
    pending_canary: Tally = NOTHING
    pending_control: Tally = NOTHING
    harm: tuple[float, ...] = (0.0,) * len(HARMFUL_ODDS)
    safety: float = 0.0
    above: tuple[float, ...] = ()
    below: tuple[float, ...] = ()

    @property
    def log_harm(self) -> float:
        """ln of the e-value against "the canary is no worse"."""
        return log_mean(self.harm)

    @property
    def seen(self) -> tuple[Tally, Tally]:
        """All requests of the canary and of the control, settled or not."""
        return self.canary + self.pending_canary, self.control + self.pending_control


def compared(before: Comparison, canary: Tally, control: Tally, margin: float, bar: float) -> Comparison:
    """The comparison after one more block. Bets on the ends stop when ln of their capital reaches `bar`."""
    canary, control = before.pending_canary + canary, before.pending_control + control
    if not canary.total or not control.total:
        return replace(before, pending_canary=canary, pending_control=control)
    b = estimate(before.control)
    guesses = [(odds_times(b, ratio), b) for ratio in HARMFUL_ODDS]
    above, below = _ends(before, b, canary, control, margin, bar)
    return Comparison(
        canary=before.canary + canary,
        control=before.control + control,
        harm=tuple(
            capital + log_e(guess, 0.0, canary, control) for capital, guess in zip(before.harm, guesses, strict=True)
        ),
        safety=before.safety + log_e((b, b), margin, canary, control),
        above=above,
        below=below,
    )


def _ends(
    before: Comparison, b: float, canary: Tally, control: Tally, margin: float, bar: float
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    shifts = grid(margin)
    above = list(before.above or (0.0,) * len(shifts))
    below = list(before.below or (0.0,) * len(shifts))
    a = (before.canary.bad + DRAWN_BY * b) / (before.canary.total + DRAWN_BY)
    for i, shift in enumerate(shifts):
        side = above if a - b > shift else below
        if side[i] < bar and a - b != shift:
            side[i] += log_e((a, b), shift, canary, control)
    return tuple(above), tuple(below)


def ends(state: Comparison, margin: float, bar: float) -> tuple[float, float]:
    """The confidence sequence: from below and from above, up to the first difference that is not refuted."""
    above = dict(zip(grid(margin), state.above, strict=False)) | {0.0: state.log_harm}
    below = dict(zip(grid(margin), state.below, strict=False)) | {margin: state.safety}
    refuted_low = takewhile(lambda shift: above[shift] >= bar, sorted(above))
    refuted_high = takewhile(lambda shift: below[shift] >= bar, sorted(below, reverse=True))
    return max(refuted_low, default=-1.0), min(refuted_high, default=1.0)
