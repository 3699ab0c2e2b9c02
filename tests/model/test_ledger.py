"""The ledger: every request ends in exactly one outcome."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.model.ledger import OUTCOMES, Ledger


@given(st.lists(st.tuples(st.sampled_from(OUTCOMES), st.integers(0, 1000))))
def test_the_ledger_balances(entries):
    ledger = Ledger()
    for outcome, count in entries:
        ledger = ledger.plus(outcome, count)
    figures = ledger.as_dict()
    assert figures.pop("sent") == ledger.sent == sum(figures.values()) == sum(count for _, count in entries)
    assert figures == {name: sum(count for outcome, count in entries if outcome == name) for name in OUTCOMES}


def test_there_is_no_fifth_outcome():
    with pytest.raises(ValueError, match="lost"):
        Ledger().plus("lost", 1)
