"""What came of requests that no user sent: a look at servers before they serve."""

from dataclasses import dataclass, field

from lab.model.histogram import Histogram, merge, quantile


@dataclass(frozen=True, slots=True)
class Probed:
    """So many requests were `sent`; `errors` of them got a 5xx or no answer at all. `latency` is of all of them."""

    sent: int = 0
    errors: int = 0
    latency: Histogram = field(default_factory=dict)

    def plus(self, other: "Probed") -> "Probed":
        return Probed(self.sent + other.sent, self.errors + other.errors, merge(self.latency, other.latency))

    @property
    def p95(self) -> float | None:
        """The 95th percentile of the latency in seconds; None if nothing was sent."""
        return quantile(self.latency, 0.95)
