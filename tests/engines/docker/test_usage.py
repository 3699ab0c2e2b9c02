"""What a container uses, from Docker's counts."""

from typing import Any

import pytest

from lab.engines.docker.usage import sample, usage
from lab.model.look import Usage


def stats(second: int, used: float, **memory: Any) -> dict[str, Any]:
    return {
        "read": f"2026-01-01T00:00:{second:02d}.123456789Z",
        "cpu_stats": {"cpu_usage": {"total_usage": int(used * 1e9)}},
        "memory_stats": memory or {"usage": 5000, "limit": 9000, "stats": {}},
    }


def test_the_share_of_a_core_is_over_the_time_between_two_samples() -> None:
    assert usage(sample(stats(10, 1.0)), stats(14, 2.0)).cpu == pytest.approx(0.25)


def test_the_first_sample_tells_no_share_and_nor_does_one_after_a_restart() -> None:
    assert usage(None, stats(10, 1.0)) == Usage(None, 5000, 9000)
    assert usage(sample(stats(10, 3.0)), stats(14, 0.5)).cpu is None
    assert usage(sample(stats(10, 3.0)), stats(10, 3.0)).cpu is None


@pytest.mark.parametrize("name", ["total_inactive_file", "inactive_file"], ids=["cgroup v1", "cgroup v2"])
def test_what_the_kernel_only_caches_is_no_use(name: str) -> None:
    assert usage(None, stats(10, 1.0, usage=5000, limit=9000, stats={name: 2000})).memory == 3000


def test_a_container_that_has_ended_uses_nothing_that_is_known() -> None:
    ended = {**stats(10, 0), "read": "0001-01-01T00:00:00Z", "memory_stats": {}}
    assert usage(sample(stats(10, 3.0)), ended) == Usage()
