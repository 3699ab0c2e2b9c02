"""Which versions of which scenario names on the command line mean."""

from typing import TYPE_CHECKING

from lab.engines.base import LabError

if TYPE_CHECKING:
    from lab.scenario.schema import Scenario

DEMO = "pets-and-cattle"
"""The scenario that is looked at where none is named."""


class NoSuchVersionError(LabError):
    """A version that the scenario does not define."""

    exit_code = 2


def scenario_with(file: str, *versions: str) -> "Scenario":
    """The scenario in a file, or of that name, which has these versions. Raises `NoSuchVersionError`."""
    from lab.cli.files import scenario_file
    from lab.scenario.loader import load
    from lab.scenario.mistakes import suggestion

    scenario = load(scenario_file(file))
    for version in versions:
        if version not in scenario.recipes:
            near = suggestion(version, [*scenario.recipes])
            meant = f" Did you mean {near}?" if near else ""
            known = ", ".join(scenario.recipes)
            raise NoSuchVersionError(f"there is no version {version} in {file}, expected one of {known}.{meant}")
    return scenario
