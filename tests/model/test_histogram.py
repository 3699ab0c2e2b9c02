"""Latency histograms: quantiles that are never off by more than half a bucket."""

import math

from hypothesis import given
from hypothesis import strategies as st

from lab.model.histogram import FLOOR, GROWTH, bucket, merge, middle, quantile, upper_bound

LATENCIES = st.lists(st.floats(2 * FLOOR, 100), min_size=1, max_size=200)
SHARES = st.floats(0.01, 1)


def counted(latencies):
    histogram = {}
    for latency in latencies:
        histogram[bucket(latency)] = histogram.get(bucket(latency), 0) + 1
    return histogram


@given(LATENCIES, SHARES)
def test_a_quantile_is_off_by_half_a_bucket_at_most(latencies, share):
    exact = sorted(latencies)[max(1, math.ceil(share * len(latencies))) - 1]
    found = quantile(counted(latencies), share)
    assert exact / math.sqrt(GROWTH) * 0.999999 <= found <= exact * math.sqrt(GROWTH) * 1.000001


@given(LATENCIES, LATENCIES)
def test_merging_two_histograms_is_counting_all_at_once(first, second):
    assert merge(counted(first), counted(second)) == counted(first + second)


@given(st.floats(FLOOR, 100))
def test_a_latency_is_below_the_end_of_its_bucket(latency):
    number = bucket(latency)
    assert latency <= upper_bound(number) * 1.000001
    assert number == 0 or latency >= upper_bound(number - 1) * 0.999999
    assert middle(number) <= upper_bound(number)


def test_everything_faster_than_the_floor_is_in_the_first_bucket():
    assert bucket(0) == bucket(FLOOR) == 0
    assert quantile({0: 3}, 0.5) == FLOOR


def test_without_requests_there_is_no_quantile():
    assert quantile({}, 0.5) is None
