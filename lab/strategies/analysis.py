"""The canary's verdict by the rule `sequential`: an anytime-valid test of two proportions.

`betting` has the formula, its source and why it holds; `comparison` says which bets run. Looking after every
request keeps the chance that a canary that is no worse is called `worse` at most `alpha`, and so the chance that
one that is worse by `margin` or more is called `healthy`. Without evidence of either it is `undecided`: the
absence of an alarm promotes nothing, and neither does the absence of requests.

**The control.** A canary can be compared with a fresh *baseline* (the old image, launched with the canary and of its
size) or with *all* traffic that the old version gets in the same time. The baseline is fair: what only comes of
being new (cold caches, empty pools of connections) harms both sides alike. But at 5 % of the traffic it doubles the
noise: it takes about three times the requests to see the same harm. All old traffic is quick, but would blame
the canary for being cold. So both are used, and tested for agreement:
- as long as baseline and old pool agree, the control is both of them together;
- when a two-sided e-process of baseline against old pool reaches 1/`doubt`, the control is the baseline alone. The
  test goes on with the smaller of the two capitals, so that the change of the control earns nothing;
- either way a verdict also needs the comparison with the baseline alone to reach 1/`doubt`.
So a canary that is like the baseline is blamed with a chance of at most `alpha` if the old pool is like them too, and
of at most `doubt` however the old pool differs. (To have `alpha` in that case as well, leave `old` out of the
evidence, or count from when the pools are warm.) Where there is no baseline, the old pool is the control; where
there is no old traffic, the baseline is.
"""

from dataclasses import dataclass, field, replace
from math import exp, log

from lab.strategies.betting import estimate, log_e, log_mean, odds_times
from lab.strategies.comparison import HARMFUL_ODDS, Comparison, compared, ends
from lab.strategies.evidence import NOTHING, Evidence, Result, Rule, State, Tally, Verdict

__all__ = ["Evidence", "Judged", "Rule", "Sequential", "State", "Tally", "Verdict"]

EITHER_ODDS = (*(1 / ratio for ratio in HARMFUL_ODDS), *HARMFUL_ODDS)
LARGEST = 700.0
"""ln of the largest e-value that is told, so that it stays a finite number."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Baseline against old pool: what was seen, and ln of the capital of each bet that they differ."""

    baseline: Tally = NOTHING
    old: Tally = NOTHING
    pending: Evidence = field(default_factory=Evidence)
    capital: tuple[float, ...] = (0.0,) * len(EITHER_ODDS)

    def after(self, block: Evidence) -> "Agreement":
        block = self.pending + replace(block, canary=NOTHING)
        if not block.baseline.total or not block.old.total:
            return replace(self, pending=block)
        b = estimate(self.old)
        bets = zip(self.capital, EITHER_ODDS, strict=True)
        return Agreement(
            self.baseline + block.baseline,
            self.old + block.old,
            capital=tuple(c + log_e((odds_times(b, r), b), 0.0, block.baseline, block.old) for c, r in bets),
        )


@dataclass(frozen=True, slots=True)
class Judged:
    """What `sequential` knows so far: the canary against the pooled control and against the baseline alone.

    `lost` is None while baseline and old pool agree; then it is ln of the share of the capital that is kept, for
    harm and for safety. `result` stands once it is not `undecided`; `used` is then what it was found with.
    """

    pooled: Comparison = field(default_factory=Comparison)
    alone: Comparison = field(default_factory=Comparison)
    agreement: Agreement = field(default_factory=Agreement)
    lost: tuple[float, float] | None = None
    result: Result = "undecided"

    @property
    def chosen(self) -> Comparison:
        return self.pooled if self.lost is None else self.alone

    @property
    def log_harm(self) -> float:
        return self.pooled.log_harm if self.lost is None else self.alone.log_harm + self.lost[0]

    @property
    def log_safety(self) -> float:
        return self.pooled.safety if self.lost is None else self.alone.safety + self.lost[1]


@dataclass(frozen=True, slots=True)
class Sequential:
    """The rule. `margin` is the harm that doesn't matter, as a difference of bad shares.

    Raises ValueError unless `alpha`, `margin` and `doubt` are all between 0 and 1.
    """

    alpha: float = 0.05
    margin: float = 0.01
    doubt: float = 0.25
    name: str = field(default="sequential", init=False)

    def __post_init__(self) -> None:
        for what in ("alpha", "margin", "doubt"):
            if not 0 < getattr(self, what) < 1:
                raise ValueError(f"{what} is {getattr(self, what)}; expected a number between 0 and 1")

    @property
    def bar(self) -> float:
        """ln of the e-value that decides."""
        return -log(self.alpha)

    @property
    def lean(self) -> float:
        """ln of the e-value that the baseline alone must reach for any verdict, and to part with the old pool."""
        return -log(self.doubt)

    def start(self) -> Judged:
        return Judged()

    def update(self, state: Judged, block: Evidence) -> Judged:
        """The state after one more block. A verdict that was given stands, and takes no more evidence."""
        if state.result != "undecided":
            return state
        state = replace(
            state,
            pooled=compared(state.pooled, block.canary, block.pooled, self.margin, self.bar),
            alone=compared(state.alone, block.canary, block.baseline, self.margin, self.bar),
            agreement=state.agreement.after(block),
        )
        if state.lost is None and log_mean(state.agreement.capital) >= self.lean:
            pooled, alone = state.pooled, state.alone
            state = replace(
                state, lost=(min(0.0, pooled.log_harm - alone.log_harm), min(0.0, pooled.safety - alone.safety))
            )
        return replace(state, result=self._result(state))

    def _result(self, state: Judged) -> Result:
        no_baseline = not state.alone.seen[1].total
        if state.log_harm >= self.bar and (no_baseline or state.alone.log_harm >= self.lean):
            return "worse"
        if state.log_safety >= self.bar and (no_baseline or state.alone.safety >= self.lean):
            return "healthy"
        return "undecided"

    def verdict(self, state: Judged) -> Verdict:
        canary, control = state.chosen.seen
        low, high = ends(state.chosen, self.margin, self.bar)
        if state.result == "worse":
            low, high = max(low, 0.0), max(high, 0.0)
        elif state.result == "healthy":
            low, high = min(low, self.margin), min(high, self.margin)
        evidence = state.log_safety if state.result == "healthy" else state.log_harm
        return Verdict(
            rule=self.name,
            result=state.result,
            e_value=exp(min(evidence, LARGEST)),
            requests_used=canary.total,
            control_requests=control.total,
            difference=(low, high),
            reason=self._reason(state, canary, control),
        )

    def _reason(self, state: Judged, canary: Tally, control: Tally) -> str:
        if not canary.total:
            return "no request has reached the canary yet"
        if not control.total:
            return "no request has reached the control yet: there is nothing to compare with"
        against = "the baseline alone, as the old pool differs from it" if state.lost else "all of the old version"
        counts = f"{canary.bad} of {canary.total} bad, against {control.bad} of {control.total} of {against}"
        if state.result == "worse":
            once_in = exp(min(state.log_harm, LARGEST))
            return f"{counts}: chance alone would show this at most once in {once_in:.3g} canaries"
        if state.result == "healthy":
            return f"{counts}: the harm is below {self.margin:.3%}"
        return f"{counts}: neither harm nor its absence is shown yet"
