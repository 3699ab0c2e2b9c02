"""What a canary's judge sees and says: counted requests in, a verdict out. Pure values."""

from dataclasses import dataclass
from typing import Literal, Protocol, TypeVar

Result = Literal["healthy", "worse", "undecided"]


@dataclass(frozen=True, slots=True)
class Tally:
    """Requests of one side, counted. Bad is a 5xx, an answer slower than the SLO or a lost order.

    Raises ValueError if a count is negative.
    """

    good: int = 0
    bad: int = 0

    def __post_init__(self) -> None:
        if self.good < 0 or self.bad < 0:
            raise ValueError(f"a count of requests can't be negative: {self.good} good, {self.bad} bad")

    @property
    def total(self) -> int:
        return self.good + self.bad

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.good + other.good, self.bad + other.bad)


NOTHING = Tally()


@dataclass(frozen=True, slots=True)
class Evidence:
    """The requests of one block of time: the canary's, and those of what it is compared with.

    `baseline` is the fresh pool of the old image, `old` is all other traffic of the old version in that time, and
    `seconds` of lab time is how long that was. Blocks add up. Which requests are in a block must not depend on
    how they ended: count a request where it began, not where its answer came.
    """

    canary: Tally = NOTHING
    baseline: Tally = NOTHING
    old: Tally = NOTHING
    seconds: float = 0.0

    def __add__(self, other: "Evidence") -> "Evidence":
        return Evidence(
            self.canary + other.canary,
            self.baseline + other.baseline,
            self.old + other.old,
            self.seconds + other.seconds,
        )

    @property
    def pooled(self) -> Tally:
        """Everything that the old version answered."""
        return self.baseline + self.old


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule makes of the evidence so far.

    `e_value` is the evidence for `result`: against "no worse" for `worse` and `undecided`, against "worse by the
    margin or more" for `healthy`; None where the rule has none. `requests_used` and `control_requests` count
    the requests of the canary and of its control until the verdict, or until now. `difference` is the confidence
    sequence for the bad share of the canary minus that of the control, None where the rule has none.
    """

    rule: str
    result: Result
    e_value: float | None
    requests_used: int
    control_requests: int
    difference: tuple[float, float] | None
    reason: str


State = TypeVar("State")


class Rule(Protocol[State]):
    """A way to judge a canary: a state that takes blocks of evidence, and what it says. All of it pure."""

    @property
    def name(self) -> str: ...

    def start(self) -> State:
        """The state before any request."""
        ...

    def update(self, state: State, block: Evidence) -> State:
        """The state after one more block."""
        ...

    def verdict(self, state: State) -> Verdict:
        """What can be said now. May be asked at any time, as often as one likes."""
        ...
