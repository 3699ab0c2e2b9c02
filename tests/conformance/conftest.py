"""The same cases on every engine: each is run once for all tests of a module."""

from collections.abc import Callable

import pytest

from tests.support import on_docker, on_sim


@pytest.fixture(scope="module", params=["sim", pytest.param("docker", marks=pytest.mark.docker)])
def on_engine(request: pytest.FixtureRequest) -> Callable:
    """Runs a story in a lab on the engine that the test is for."""
    return {"sim": on_sim, "docker": on_docker}[request.param]
