"""Latency histograms: counts in buckets whose width is a fixed share of their latency."""

import math
from collections.abc import Mapping

GROWTH = 1.05
"""Each bucket ends 5 % above where it begins, so a quantile is off by 2.5 % at most."""

FLOOR = 0.0001
"""Everything faster than 0.1 ms is in bucket 0."""

_LOG_GROWTH = math.log(GROWTH)

Histogram = Mapping[int, int]
"""Bucket number → how many latencies fell into it."""


def bucket(latency: float) -> int:
    """The bucket of a latency in seconds."""
    return 0 if latency <= FLOOR else 1 + int(math.log(latency / FLOOR) / _LOG_GROWTH)


def upper_bound(number: int) -> float:
    """The latency in seconds at which bucket `number` ends."""
    return FLOOR * GROWTH**number


def middle(number: int) -> float:
    """The latency in seconds that stands for bucket `number`: the geometric middle of its two ends."""
    return FLOOR if number == 0 else FLOOR * GROWTH ** (number - 0.5)


def merge(*histograms: Histogram) -> dict[int, int]:
    """All their counts together."""
    merged: dict[int, int] = {}
    for histogram in histograms:
        for number, count in histogram.items():
            merged[number] = merged.get(number, 0) + count
    return merged


def quantile(histogram: Histogram, share: float) -> float | None:
    """The latency in seconds that `share` of the requests did not exceed; None without requests."""
    total = sum(histogram.values())
    rank = max(1, math.ceil(share * total))
    seen = 0
    for number in sorted(histogram):
        seen += histogram[number]
        if seen >= rank:
            return middle(number)
    return None
