"""The canary's verdict by the rule `threshold`: what most rollout tools do today. Here for comparison.

Every `interval` the share of good requests of the canary is held against a fixed `threshold`. There is no control,
and how many requests the share was made of plays no part: that is what the comparison is about.
"""

from dataclasses import dataclass, field, replace

from lab.strategies.evidence import NOTHING, Evidence, Result, Tally, Verdict


@dataclass(frozen=True, slots=True)
class Watched:
    """The interval that runs (`current`), those that have ended, and all that was seen of canary and control."""

    current: Evidence = field(default_factory=Evidence)
    checks: int = 0
    failures: int = 0
    canary: Tally = NOTHING
    control: Tally = NOTHING
    result: Result = "undecided"


@dataclass(frozen=True, slots=True)
class Threshold:
    """The rule: more than `limit` failed checks are `worse`; after `steps` checks without that, `healthy`.

    A check fails if less than `threshold` of the canary's requests in an interval of `interval` seconds of lab time
    were good. An interval without a request is no check: it neither fails nor brings promotion nearer.
    Raises ValueError for an interval or a number of steps that isn't positive, a threshold outside 0 to 1 or a
    negative limit.
    """

    interval: float = 60.0
    threshold: float = 0.99
    limit: int = 1
    steps: int = 10
    name: str = field(default="threshold", init=False)

    def __post_init__(self) -> None:
        if self.interval <= 0 or self.steps < 1 or self.limit < 0 or not 0 <= self.threshold <= 1:
            raise ValueError(
                f"{self}; expected a positive interval, at least one step, a limit of 0 or more, "
                "and a threshold between 0 and 1"
            )

    def start(self) -> Watched:
        return Watched()

    def update(self, state: Watched, block: Evidence) -> Watched:
        """The state after one more block; a block that passes the end of an interval counts to that one."""
        if state.result != "undecided":
            return state
        current = state.current + block
        state = replace(
            state, current=current, canary=state.canary + block.canary, control=state.control + block.pooled
        )
        if current.seconds < self.interval - 1e-9:
            return state
        return self._checked(replace(state, current=Evidence()), current.canary)

    def _checked(self, state: Watched, canary: Tally) -> Watched:
        if not canary.total:
            return state
        failed = canary.good < self.threshold * canary.total
        checks, failures = state.checks + 1, state.failures + failed
        result: Result = "worse" if failures > self.limit else "healthy" if checks >= self.steps else "undecided"
        return replace(state, checks=checks, failures=failures, result=result)

    def verdict(self, state: Watched) -> Verdict:
        return Verdict(
            rule=self.name,
            result=state.result,
            e_value=None,
            requests_used=state.canary.total,
            control_requests=state.control.total,
            difference=None,
            reason=f"{state.failures} of {state.checks} checks failed ({self.threshold:.2%} good every "
            f"{self.interval:g} s); {self.limit} may fail, {self.steps} are wanted",
        )
