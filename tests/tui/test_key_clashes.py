"""No key does two things at once: those of the app, of a screen and of the panel that has the focus are apart."""

import pytest

from lab.tui.app import LabApp
from lab.tui.keymap import bindings, complaints
from lab.tui.screens.home import HomeScreen
from lab.tui.screens.lab import LabScreen
from lab.tui.screens.order import OrderScreen
from lab.tui.screens.order_menu import OrderMenu
from lab.tui.screens.server import ServerScreen
from lab.tui.widgets.fleet_grid import FleetGrid
from lab.tui.widgets.scenario_list import ScenarioList
from lab.tui.widgets.scorecard import Scorecard
from lab.tui.widgets.timeline import Rows

LEAVES = {"app.interrupt", "app.close-palette", "lab.interrupt", "form.cancel", "menu.cancel"}
"""They share ctrl+c: the nearest of them leaves what is nearest."""

TOGETHER = [
    (LabApp, LabScreen, FleetGrid),
    (LabApp, LabScreen, Rows),
    (LabApp, LabScreen, Scorecard),
    (LabApp, HomeScreen, ScenarioList),
    (LabApp, OrderScreen),
    (LabApp, OrderMenu),
    (LabApp, ServerScreen),
]


def clashes(together):
    owners = {kind.__name__ for kind in together}
    there = [bound for bound in bindings() if bound.owner in owners]
    assert {bound.owner for bound in there} == owners
    return complaints({bound.name: ",".join(bound.keys) for bound in there if bound.name not in LEAVES}, there)


@pytest.mark.parametrize("together", TOGETHER, ids=lambda kinds: "-".join(kind.__name__ for kind in kinds))
def test_no_two_bindings_that_are_there_at_once_share_a_key(together):
    assert clashes(together) == []
