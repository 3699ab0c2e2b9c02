"""How fleets change versions: straight-line stories, written once for every engine.

A new strategy is a file here and a line in `STRATEGIES`; loader, schema and faces know it from there.
"""

from lab.strategies.base import Strategy
from lab.strategies.blue_green import BlueGreen
from lab.strategies.canary import Canary
from lab.strategies.in_place import InPlace
from lab.strategies.rolling import Rolling

STRATEGIES: dict[str, type[Strategy]] = {strategy.name: strategy for strategy in (InPlace, Rolling, BlueGreen, Canary)}

__all__ = ["STRATEGIES", "Strategy"]
