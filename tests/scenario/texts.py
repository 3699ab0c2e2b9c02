"""A scenario that is right, and what its tests share."""

import pytest

from lab.scenario.loader import load_text
from lab.scenario.mistakes import ScenarioError

GOOD = """\
title: A test
service:
  versions:
    "1.0": {packages: {libpay: "1.0"}}
    "1.1": {from: "1.0"}
fleets:
  pets: {servers: 3, version: "1.0", strategy: in-place}
  cattle: {servers: 5, version: "1.0", strategy: rolling}
steps:
  - release: "1.1"
"""


def changed(old, new, text=GOOD):
    assert old in text
    return text.replace(old, new, 1)


def steps(*lines):
    return GOOD[: GOOD.index("steps:")] + "steps:\n" + "".join(f"  {line}\n" for line in lines)


def mistakes(text):
    """Every mistake in a text as (line, column, path, found, expected, suggestion)."""
    with pytest.raises(ScenarioError) as caught:
        load_text(text, "s.yaml")
    return [(m.line, m.column, m.path, m.found, m.expected, m.suggestion) for m in caught.value.mistakes]


def only_mistake(text):
    (one,) = mistakes(text)
    return one
