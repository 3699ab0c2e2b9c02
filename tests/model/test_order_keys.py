"""Keys and labels of orders, as the terminal UI shows them."""

from lab.model.orders import ORDERS

TAKEN = {*"hjkl?/123456zsnemwvq.+-[] "}
"""Keys with which the terminal UI moves, looks and leaves."""


def test_every_order_has_a_label_and_no_two_share_one():
    labels = [order.label for order in ORDERS.values()]
    assert all(labels) and len(set(labels)) == len(labels)


def test_no_two_orders_share_a_key_and_none_takes_one_of_the_screens():
    keys = [order.key for order in ORDERS.values() if order.key]
    assert len(set(keys)) == len(keys)
    assert all(len(key) == 1 for key in keys)
    assert not TAKEN & {*keys}


def test_every_order_that_does_something_has_a_key():
    assert {verb for verb, order in ORDERS.items() if order.key is None} == {"say", "wait-until"}
