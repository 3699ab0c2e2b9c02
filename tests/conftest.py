"""What all tests share: the mark `docker` skips, visibly, where no engine answers; unless that is a failure."""

import os
import signal
from functools import cache

import hypothesis
import pytest

for name in ("NO_COLOR", "TEXTUAL_THEME", "TEXTUAL_ANIMATIONS", "LAB_CONFIG", "COLUMNS", "LINES"):
    os.environ.pop(name, None)  # screens are to look the same on every machine

# A run that a script has put in the background ignores ctrl+c, and so would all that it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)

# A slow machine is no fault of the code: what takes too long is measured by benchmarks, as a ratio.
hypothesis.settings.register_profile("lab", deadline=None)
hypothesis.settings.load_profile("lab")

REQUIRED = "LAB_REQUIRE_DOCKER"


@cache
def why_no_docker() -> str:
    """Why tests that need Docker can't run here; empty if they can."""
    from lab.engines.docker.probe import probe

    found = probe(within=5)
    return "" if found.ok else f"{found.detail}. {found.hint}"


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("docker") is None or not why_no_docker():
        return
    if os.environ.get(REQUIRED) == "1":
        pytest.fail(f"{REQUIRED}=1, but: {why_no_docker()}", pytrace=False)
    pytest.skip(f"no Docker engine to use: {why_no_docker()}")
