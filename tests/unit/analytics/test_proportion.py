"""A bound is where what was seen becomes unlikely, and nothing seen bounds nothing."""

import pytest
from scipy.stats import binom

from analytics.proportion import interval, lower_bound


@pytest.mark.parametrize(("hits", "count"), [(1, 1), (14, 14), (19, 20), (5, 30), (90, 100)])
def test_the_lower_bound_is_where_so_many_hits_become_unlikely(hits: int, count: int) -> None:
    assert binom.sf(hits - 1, count, lower_bound(hits, count)) == pytest.approx(0.05)


@pytest.mark.parametrize(("hits", "count"), [(1, 2), (19, 20), (5, 30)])
def test_beyond_each_end_of_the_interval_lies_half_of_what_is_left(hits: int, count: int) -> None:
    low, high = interval(hits, count, 0.9)

    assert binom.sf(hits - 1, count, low) == pytest.approx(0.05)
    assert binom.cdf(hits, count, high) == pytest.approx(0.05)


def test_nothing_seen_bounds_nothing() -> None:
    assert lower_bound(0, 0) == lower_bound(0, 50) == 0.0
    assert interval(0, 0) == (0.0, 1.0)
    assert interval(0, 50)[0] == 0.0
    assert interval(50, 50)[1] == 1.0
