"""95% intervals hold what they should, and say so."""

import numpy as np
import pytest

from forerunner.bench import intervals


def test_a_bootstrap_of_the_mean_is_the_textbook_s_interval() -> None:
    values = np.random.default_rng(1).normal(10, 2, 400)
    low, high = intervals.of_mean(values)
    error = 1.96 * values.std() / 20
    assert (low, high) == pytest.approx((values.mean() - error, values.mean() + error), abs=0.05)
    assert intervals.of_mean(values) == (low, high)


def test_the_same_unit_may_be_drawn_twice_and_another_not_at_all() -> None:
    seen: list[int] = []

    def figure(at: np.ndarray) -> float:
        seen.append(len(set(at.tolist())))
        return float(at.mean())

    intervals.bootstrap(20, figure, draws=50)
    assert max(seen) < 20


@pytest.mark.parametrize(
    ("hits", "count", "expected"),
    [(8, 8, (0.631, 1.0)), (0, 8, (0.0, 0.369)), (5, 10, (0.187, 0.813))],
)
def test_a_share_has_its_exact_interval(
    hits: int, count: int, expected: tuple[float, float]
) -> None:
    assert intervals.of_share(hits, count) == pytest.approx(expected, abs=1e-3)


def test_no_event_at_all_still_allows_for_some() -> None:
    assert intervals.of_rate(0, 2.0) == pytest.approx((0.0, 1.844), abs=1e-3)
    assert intervals.of_rate(10, 1.0) == pytest.approx((4.795, 18.390), abs=1e-3)


def test_people_read_both_ends() -> None:
    assert intervals.said((0.5, 0.75), 2) == "95%: 0.50 to 0.75"
