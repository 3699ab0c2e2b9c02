"""The canary's verdict: what it promises holds on streams whose truth is known."""

from collections.abc import Iterator
from itertools import pairwise
from math import exp, inf, isfinite
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from benchmarks.verdict import SEED, tuned
from benchmarks.verdict import threshold as threshold_runs
from benchmarks.verdict_runs import Truth
from benchmarks.verdict_runs import sequential as many
from lab.strategies.analysis import Evidence, Judged, Sequential, Tally
from lab.strategies.betting import log_e, log_mean, nearest
from lab.strategies.comparison import Comparison, compared, ends, grid
from lab.strategies.threshold import Threshold

RULE = Sequential()
tallies = some.builds(Tally, some.integers(0, 30), some.integers(0, 30))
blocks = some.builds(Evidence, tallies, tallies, tallies)
shares = some.floats(0.0005, 0.9995)


def sample(draw: Random, share: float, count: int) -> Tally:
    bad = sum(draw.random() < share for _ in range(count))
    return Tally(count - bad, bad)


def stream(
    draw: Random,
    canary: float,
    old: float,
    *,
    baseline: float | None = None,
    per_canary: int = 19,
    canary_requests: int = 600,
) -> Iterator[Evidence]:
    """One canary request a block, with those of the control that come with it."""
    fresh = 0 if baseline is None else 1
    for _ in range(canary_requests):
        yield Evidence(
            sample(draw, canary, 1), sample(draw, baseline or 0.0, fresh), sample(draw, old, per_canary - fresh)
        )


def judged(blocks: Iterator[Evidence], rule: Sequential = RULE) -> Judged:
    state = rule.start()
    for block in blocks:
        state = rule.update(state, block)
        if state.result != "undecided":
            break
    return state


def results(runs: int, canary: float, old: float, baseline: float | None = None) -> list[str]:
    return [judged(stream(Random(run), canary, old, baseline=baseline)).result for run in range(runs)]


# --- the arithmetic of one block ---


@given(shares, shares, some.integers(1, 40), some.integers(1, 40), some.floats(-0.9, 0.9), shares)
def test_a_bet_is_worth_at_most_1_on_average_wherever_its_null_is_true(
    a: float, b: float, n_a: int, n_b: int, shift: float, where: float
) -> None:
    a0, b0 = nearest((a, b), n_a, n_b, shift)
    low, high = max(0.0, -shift), min(1.0, 1 - shift)
    true_b = low + where * (high - low)
    gain_a = 1 + (true_b + shift - a0) * (a - a0) / (a0 * (1 - a0))
    gain_b = 1 + (true_b - b0) * (b - b0) / (b0 * (1 - b0))
    assert gain_a**n_a * gain_b**n_b <= 1 + 1e-6


@given(shares, shares, some.integers(1, 200), some.integers(1, 200), some.floats(-0.9, 0.9))
def test_the_nearest_point_lies_on_the_edge_of_the_null(a: float, b: float, n_a: int, n_b: int, shift: float) -> None:
    a0, b0 = nearest((a, b), n_a, n_b, shift)
    assert a0 - b0 == pytest.approx(shift, abs=1e-12)
    assert 0 < a0 < 1 and 0 < b0 < 1


def test_the_mean_of_a_block_is_exactly_its_formula() -> None:
    """Summed over all outcomes of one canary and three control requests, one-sided, at and below the edge."""
    guess, null = (0.2, 0.05), 0.1
    for canary in (0.1, 0.06):
        mean = 0.0
        for bad_a in (0, 1):
            for bad_b, ways in enumerate((1, 3, 3, 1)):
                chance = (canary if bad_a else 1 - canary) * ways * null**bad_b * (1 - null) ** (3 - bad_b)
                mean += chance * exp(log_e(guess, 0.0, Tally(1 - bad_a, bad_a), Tally(3 - bad_b, bad_b)))
        assert mean <= 1


@given(some.lists(some.floats(-1000, 1000), min_size=1, max_size=8))
def test_the_mean_of_capitals_lies_between_them(logs: list[float]) -> None:
    assert min(logs) - 1e-9 <= log_mean(tuple(logs)) <= max(logs) + 1e-9


# --- what is promised of many runs ---


@pytest.mark.parametrize("sizes", [(1, 8), (0, 9), (1, 0)])
def test_looking_after_every_request_gives_at_most_alpha_false_alarms(sizes: tuple[int, int]) -> None:
    """At alpha = 0.2 a rule that breaks its promise would be seen at once: 3 sigma of 1,000 runs are 4 points."""
    rule = Sequential(alpha=0.2, margin=0.05)
    found = many(Truth(0.05, 0.05, 0.05, sizes), 1500, runs=1000, seed=1, rule=rule, promotes=False)
    assert 0.04 <= found.share(1) <= 0.2


def test_a_canary_that_is_as_bad_as_the_margin_is_called_healthy_at_most_alpha_of_the_time() -> None:
    found = many(Truth(0.10, 0.05, 0.05, (0, 9)), 1000, runs=1000, seed=2, rule=Sequential(alpha=0.2, margin=0.05))
    assert 0.01 <= found.share(-1) <= 0.2


def test_a_bad_canary_is_found_and_a_good_one_is_promoted() -> None:
    bad = many(Truth(0.03, 0.005, 0.005, (1, 18)), 1800, runs=200, seed=3, rule=RULE)
    good = many(Truth(0.005, 0.005, 0.005, (1, 18)), 1800, runs=200, seed=3, rule=RULE)
    assert bad.share(1) >= 0.98
    assert (middle := bad.median(1, 1800)) is not None and middle <= 200
    assert good.share(-1) >= 0.85


@pytest.mark.parametrize(("canary", "old"), [(0.05, 0.05), (0.10, 0.05), (0.02, 0.10)])
def test_each_end_of_the_interval_is_right_at_every_time(canary: float, old: float) -> None:
    """The truth must stay inside all along, in all but twice alpha of the runs, each end missing alpha at most."""
    alpha, margin, runs = 0.1, 0.02, 80
    bar = Sequential(alpha=alpha).bar
    low_misses = high_misses = 0
    for run in range(runs):
        state, low, high = Comparison(), -1.0, 1.0
        for block in stream(Random(f"coverage/{run}"), canary, old, per_canary=4, canary_requests=150):
            state = compared(state, block.canary, block.pooled, margin, bar)
            now = ends(state, margin, bar)
            low, high = max(low, now[0]), min(high, now[1])
        low_misses += low > canary - old + 1e-12
        high_misses += high < canary - old - 1e-12
        assert high - low < 2, "nothing was learned"
    assert low_misses <= alpha * runs
    assert high_misses <= alpha * runs


@pytest.mark.parametrize(
    ("truth", "seed"),
    [
        (Truth(*shares, sizes), seed)
        for shares in ((0.05, 0.01, 0.01), (0.01, 0.01, 0.01), (0.03, 0.03, 0.002))
        for sizes in ((1, 18), (0, 19), (1, 0))
        for seed in (1, 2)
    ],
)
def test_the_rule_in_numpy_says_the_same_as_the_pure_one_of_the_same_requests(truth: Truth, seed: int) -> None:
    random, state, requests = np.random.default_rng(seed), RULE.start(), 500
    looked = 0
    while state.result == "undecided" and looked < requests:
        looked += 1
        bad = (int(count[0]) for count in truth.draw(random, 1))
        canary, baseline, old = (Tally(size - y, y) for size, y in zip((1, *truth.sizes), bad, strict=True))
        state = RULE.update(state, Evidence(canary, baseline, old))
    found = many(truth, requests, runs=1, seed=seed, rule=RULE)
    assert ({1: "worse", -1: "healthy", 0: "undecided"}[int(found.result[0])], found.requests[0]) == (
        state.result,
        looked,
    )


# --- one verdict ---


def test_no_data_is_never_success() -> None:
    nothing = RULE.start()
    control_only = judged(iter([Evidence(old=Tally(100_000, 500))]))
    canary_only = judged(iter([Evidence(canary=Tally(100_000, 0))]))
    for state in (nothing, control_only, canary_only):
        verdict = RULE.verdict(state)
        assert (verdict.result, verdict.e_value, verdict.difference) == ("undecided", 1.0, (-1.0, 1.0))
        assert "no request has reached" in verdict.reason


def test_promotion_needs_requests_even_if_not_one_of_them_was_bad() -> None:
    few = judged(Evidence(Tally(1), old=Tally(19)) for _ in range(50))
    many = judged(Evidence(Tally(1), old=Tally(19)) for _ in range(2000))
    assert few.result == "undecided"
    verdict = RULE.verdict(many)
    assert verdict.result == "healthy" and verdict.requests_used > 200
    assert verdict.e_value is not None and verdict.e_value >= 20
    assert verdict.difference is not None and verdict.difference[1] <= RULE.margin


def test_a_canary_that_fails_always_is_worse_after_a_few_requests() -> None:
    verdict = RULE.verdict(judged(Evidence(Tally(0, 1), old=Tally(19)) for _ in range(50)))
    assert verdict.result == "worse" and verdict.requests_used <= 5
    assert verdict.difference is not None and verdict.difference[0] >= 0


def test_where_everything_fails_the_canary_is_not_to_blame() -> None:
    assert judged(Evidence(Tally(0, 1), old=Tally(0, 19)) for _ in range(500)).result != "worse"


def test_a_better_canary_is_never_worse() -> None:
    assert results(20, canary=0.005, old=0.05).count("worse") == 0


def test_a_verdict_stands() -> None:
    state = judged(Evidence(Tally(0, 1), old=Tally(19)) for _ in range(50))
    assert RULE.update(state, Evidence(Tally(10_000), old=Tally(10_000))) is state


def test_evidence_without_limit_is_still_told_as_a_number() -> None:
    verdict = RULE.verdict(
        RULE.update(
            RULE.update(RULE.start(), Evidence(Tally(1), old=Tally(10**6))), Evidence(Tally(0, 10**6), old=Tally(10**6))
        )
    )
    assert verdict.result == "worse" and verdict.e_value is not None and isfinite(verdict.e_value)


@given(some.lists(blocks, max_size=12))
def test_an_e_value_is_never_negative_and_the_interval_never_upside_down(given_blocks: list[Evidence]) -> None:
    state = RULE.start()
    for block in given_blocks:
        state = RULE.update(state, block)
        verdict = RULE.verdict(state)
        assert verdict.e_value is not None and 0 <= verdict.e_value < inf
        assert verdict.difference is not None
        assert -1 <= verdict.difference[0] <= 1 and -1 <= verdict.difference[1] <= 1


@given(some.lists(blocks, max_size=6), some.data())
def test_empty_blocks_change_nothing_wherever_they_come(given_blocks: list[Evidence], data: some.DataObject) -> None:
    with_gaps = list(given_blocks)
    for _ in range(3):
        with_gaps.insert(data.draw(some.integers(0, len(with_gaps))), Evidence())
    assert judged(iter(with_gaps)) == judged(iter(given_blocks))


@given(some.lists(blocks, max_size=6))
def test_the_seen_requests_add_up(given_blocks: list[Evidence]) -> None:
    state = judged(iter(given_blocks), Sequential(alpha=1e-300))
    total = sum(given_blocks, Evidence())
    assert state.pooled.seen == (total.canary, total.pooled)
    assert state.alone.seen == (total.canary, total.baseline)


def test_the_grid_holds_the_two_points_on_which_verdicts_fall_and_ascends() -> None:
    for margin in (0.001, 0.01, 0.3):
        shifts = grid(margin)
        assert 0.0 in shifts and margin in shifts
        assert all(low < high for low, high in pairwise(shifts))
        assert all(-1 < shift < 1 for shift in shifts)


@pytest.mark.parametrize("wrong", [{"alpha": 0.0}, {"alpha": 1.0}, {"margin": 0.0}, {"margin": -0.1}, {"doubt": 2.0}])
def test_a_rule_with_impossible_settings_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"expected a number between 0 and 1"):
        Sequential(**wrong)


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        Tally(1, -1)


# --- the control ---


def test_the_old_pool_makes_the_verdict_come_sooner_than_the_baseline_alone() -> None:
    both, alone = (
        many(Truth(0.03, 0.005, 0.005, sizes), 1800, runs=300, seed=5, rule=RULE).median(1, 1800)
        for sizes in ((1, 18), (1, 0))
    )
    assert both is not None and alone is not None and both < 0.75 * alone


def test_a_canary_that_is_only_as_cold_as_the_baseline_is_blamed_with_a_chance_of_doubt_at_most() -> None:
    """Compared with the old pool alone it nearly always is."""
    fair, naive = (
        many(Truth(0.03, 0.03, 0.005, sizes), 1500, runs=500, seed=6, rule=RULE, promotes=False).share(1)
        for sizes in ((1, 18), (0, 19))
    )
    assert naive >= 0.95
    assert fair <= RULE.doubt


def test_once_the_old_pool_differs_the_baseline_alone_is_the_control() -> None:
    state = judged(stream(Random(7), 0.03, 0.0005, baseline=0.05, per_canary=40, canary_requests=200))
    assert state.lost is not None and max(state.lost) <= 0
    verdict = RULE.verdict(state)
    assert "the baseline alone" in verdict.reason
    assert verdict.control_requests == verdict.requests_used == 200


def test_a_canary_worse_than_a_cold_baseline_is_still_found() -> None:
    assert results(20, canary=0.3, baseline=0.03, old=0.005).count("worse") >= 18


# --- the rule of today's tools ---


def checked(rule: Threshold, *canaries: Tally) -> str:
    state = rule.start()
    for canary in canaries:
        state = rule.update(state, Evidence(canary, seconds=rule.interval))
    return rule.verdict(state).result


def test_the_threshold_rule_counts_failed_checks() -> None:
    rule = Threshold(limit=1, steps=3)
    bad, good = Tally(29, 1), Tally(30)
    assert checked(rule, bad, good) == "undecided"
    assert checked(rule, bad, good, good) == "healthy"
    assert checked(rule, bad, good, bad) == "worse"
    assert checked(rule, bad, bad) == "worse"


def test_an_interval_without_a_request_brings_the_threshold_rule_no_nearer_to_promotion() -> None:
    assert checked(Threshold(steps=2), *[Tally()] * 100) == "undecided"
    assert checked(Threshold(steps=2), Tally(30), *[Tally()] * 100) == "undecided"


def test_the_threshold_rule_sees_an_interval_whole_however_it_is_cut() -> None:
    rule = Threshold(interval=60, limit=0, steps=1)
    state = rule.start()
    for _ in range(60):
        assert rule.verdict(state).result == "undecided"
        state = rule.update(state, Evidence(Tally(1), old=Tally(19), seconds=1.0))
    verdict = rule.verdict(state)
    assert (verdict.result, verdict.requests_used, verdict.control_requests) == ("healthy", 60, 1140)
    assert verdict.e_value is None and verdict.difference is None


@pytest.mark.parametrize("wrong", [{"interval": 0}, {"threshold": 1.5}, {"limit": -1}, {"steps": 0}])
def test_a_threshold_rule_with_impossible_settings_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="expected"):
        Threshold(**wrong)  # type: ignore[arg-type]


def test_the_tuned_threshold_rules_keep_the_false_alarms_that_they_were_tuned_to() -> None:
    for name, found in tuned(0.03).items():
        simulated = threshold_runs(found.rule, 0.005, 10).share(1)
        assert found.false_alarms <= 0.03, name
        assert simulated == pytest.approx(found.false_alarms, abs=0.012), name


def test_the_threshold_rule_in_numpy_says_the_same_as_the_pure_one() -> None:
    rule = Threshold(interval=60, threshold=0.97, limit=2, steps=20)
    found = threshold_runs(rule, 0.02, 10)
    checks = np.random.default_rng(SEED).binomial(30, 0.02, (len(found.result), rule.steps))
    for run in range(100):
        state = rule.start()
        for bad in map(int, checks[run]):
            state = rule.update(state, Evidence(Tally(30 - bad, bad), seconds=60))
        assert state.result == {1: "worse", -1: "healthy"}[int(found.result[run])]
        assert state.canary.total == found.requests[run]
