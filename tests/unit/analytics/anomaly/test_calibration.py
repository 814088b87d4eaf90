"""A score becomes its rarity among those before it."""

import numpy as np
import pytest

from analytics.anomaly.calibration import TailRank


def test_the_highest_of_a_hundred_is_two_decades_rare() -> None:
    rank = TailRank().fit(np.arange(99.0))

    assert rank.update(1000.0) == pytest.approx(2.0)
    assert rank.update(-1.0) == 0.0


def test_equal_scores_are_not_rare() -> None:
    assert TailRank().fit(np.zeros(50)).update(0.0) == 0.0


def test_what_is_older_than_the_memory_is_forgotten() -> None:
    rank = TailRank(10).fit(np.concatenate([np.full(10, 9.0), np.zeros(10)]))

    assert rank.update(5.0) == pytest.approx(np.log10(11))


def test_a_score_that_is_not_finite_is_neither_rare_nor_remembered() -> None:
    rank = TailRank().fit(np.arange(9.0))

    assert rank.update(float("nan")) == 0.0
    assert rank.update(float("inf")) == 0.0
    assert rank.seen_ == 9
