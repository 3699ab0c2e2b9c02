"""The reference is made from the schema, and is as new as it."""

from pathlib import Path

from lab.model.metric import METRICS
from lab.model.orders import ORDERS
from lab.scenario.reference import reference
from lab.strategies import STRATEGIES


def test_the_reference_in_the_documentation_is_up_to_date():
    page = Path(__file__).parent.parent.parent / "docs" / "scenario.md"
    assert page.read_text(encoding="utf-8") == reference(), "run: python -m lab.scenario.reference > docs/scenario.md"


def test_the_reference_names_every_order_strategy_and_figure():
    assert all(f"### `{name}`" in reference() for name in [*ORDERS, *STRATEGIES])
    assert all(f"| `{name}` |" in reference() for name in METRICS)
