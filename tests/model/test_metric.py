"""Metrics and the comparisons that people write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from lab.model.metric import METRICS, Comparison, NumberComparison, TextComparison
from lab.model.scorecard import score
from lab.model.state import FleetState

NUMBER: TypeAdapter[Comparison] = TypeAdapter(NumberComparison)
TEXT: TypeAdapter[Comparison] = TypeAdapter(TextComparison)


@pytest.mark.parametrize(
    ("written", "sign", "figure"),
    [
        (0, "==", 0),
        (2.5, "==", 2.5),
        ("3", "==", 3),
        ("> 1", ">", 1),
        ("<=2", "<=", 2),
        ("!= 0", "!=", 0),
        ("< 250ms", "<", 0.25),
        (">= 2m", ">=", 120),
        ("< 4%", "<", 0.04),
    ],
)
def test_a_comparison_is_a_number_with_or_without_a_sign_and_a_unit(written, sign, figure):
    assert NUMBER.validate_python(written) == Comparison(sign, pytest.approx(figure))


@pytest.mark.parametrize("written", ["", "many", "=> 1", "> -1", "> 1 apple", None, True, [1], "1 > 2"])
def test_anything_else_is_no_comparison(written):
    with pytest.raises(ValidationError, match="a number or a comparison"):
        NUMBER.validate_python(written)


@given(st.sampled_from(["==", "!=", "<=", ">=", "<", ">"]), st.integers(-5, 5), st.integers(-5, 5))
def test_a_comparison_holds_as_python_would_have_it(sign, got, figure):
    assert Comparison(sign, float(figure)).holds(got) == eval(f"{got} {sign} {figure}")


def test_no_figure_never_holds_and_text_is_no_number():
    assert not Comparison("!=", 1.0).holds(None)
    assert not Comparison("!=", 1.0).holds("1.0")
    assert not Comparison("==", "1.0").holds(1.0)
    assert Comparison("==", "1.0").holds("1.0")


@given(st.sampled_from(["==", "<", ">="]), st.integers(0, 10**12) | st.integers(0, 10**6).map(lambda n: n / 1000))
def test_a_comparison_reads_back_as_it_is_shown(sign, figure):
    comparison = Comparison(sign, float(figure))
    assert NUMBER.validate_python(str(comparison)) == comparison


def test_a_version_is_text():
    with pytest.raises(ValidationError, match="in quotes"):
        TEXT.validate_python(1.1)
    with pytest.raises(ValidationError, match=r"defined under service\.versions: 1\.0"):
        TEXT.validate_python("1.1", context={"versions": ["1.0"]})
    assert TEXT.validate_python("mixed", context={"versions": ["1.0"]}).holds("mixed")


def test_every_metric_has_a_figure_for_a_fleet_that_has_done_nothing_yet(spec):
    now = score(FleetState(spec), 0.0)
    figures = {name: metric.of(now) for name, metric in METRICS.items()}
    assert figures["version"] == "none"
    assert figures["sent"] == figures["residue"] == figures["drifted-servers"] == 0
    assert figures["error-share"] is figures["p99"] is figures["release-seconds"] is None
