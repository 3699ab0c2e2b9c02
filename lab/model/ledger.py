"""The ledger: every request sent, ending in exactly one outcome."""

from dataclasses import dataclass

OUTCOMES = ("served", "error", "refused", "dropped")
"""`served`; `error`: a server answered 5xx; `refused`: the proxy answered for want of a server; `dropped`: no
answer (reset, closed, timed out, or the proxy lost the server half-way)."""

ANSWERED = ("served", "error")
"""The outcomes in which a server answered. Only these have a latency."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """Counts of requests by outcome."""

    served: int = 0
    error: int = 0
    refused: int = 0
    dropped: int = 0

    @property
    def sent(self) -> int:
        return self.served + self.error + self.refused + self.dropped

    def plus(self, outcome: str, count: int) -> "Ledger":
        """The ledger with `count` more requests of that outcome. Raises ValueError for any other word."""
        if outcome not in OUTCOMES:
            raise ValueError(f"{outcome!r} is not an outcome; the outcomes are {', '.join(OUTCOMES)}")
        counts = {name: getattr(self, name) + (count if name == outcome else 0) for name in OUTCOMES}
        return Ledger(**counts)

    def as_dict(self) -> dict[str, int]:
        return {"sent": self.sent, **{name: getattr(self, name) for name in OUTCOMES}}
