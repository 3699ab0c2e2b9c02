"""The page of keys is made from the bindings, and is as new as they."""

from pathlib import Path

from lab.tui.reference import reference

PAGE = Path(__file__).parents[2] / "docs" / "keys.md"


def test_the_page_of_keys_is_up_to_date():
    assert PAGE.read_text() == reference(), "run: python -m lab.tui.reference > docs/keys.md"
