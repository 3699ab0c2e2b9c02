"""Values that the model's tests share."""

import pytest

from lab.model.fleet import FleetSpec


@pytest.fixture
def spec() -> FleetSpec:
    return FleetSpec("pets", 3, "1.0", "in-place", True)
