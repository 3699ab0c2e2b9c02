"""What a container uses, from the counts that Docker keeps of it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lab.model.look import Usage


@dataclass(frozen=True, slots=True)
class Sample:
    """Seconds of processor time that a container had used at a time, in seconds as its engine counts them."""

    at: float
    used: float


def sample(stats: Mapping[str, Any]) -> Sample:
    """The processor's part of what Docker counted."""
    return Sample(seconds(stats["read"]), stats["cpu_stats"]["cpu_usage"]["total_usage"] / 1e9)


def usage(before: Sample | None, stats: Mapping[str, Any]) -> Usage:
    """What a container uses now; its share of a core is over the time since the sample `before`, if there is one.

    What the kernel only caches, and would give away at once, is no use: `docker stats` leaves it out too.
    """
    now, memory = sample(stats), stats["memory_stats"]
    details = memory.get("stats", {})
    cached = details.get("total_inactive_file", details.get("inactive_file", 0))
    used = memory["usage"] - cached if "usage" in memory else None
    share = (now.used - before.used) / (now.at - before.at) if before and before.at < now.at else None
    # After a restart the count begins anew: there is no share over that.
    return Usage(share if share is None or share >= 0 else None, used, memory.get("limit"))


def seconds(time: str) -> float:
    """A time as Docker writes it, in seconds since 1970."""
    return datetime.fromisoformat(time).timestamp()
