"""Each detector sees what it is for, one value at a time, and nothing in usual time."""

from collections.abc import Callable
from typing import Protocol

import numpy as np
import pytest

from analytics.anomaly.level import LevelChange
from analytics.anomaly.residual import Residual
from analytics.anomaly.subsequence import NearestStretch
from analytics.anomaly.window import SortedWindow
from forerunner.bench.predict.spectral import SpectralResidual

_COUNT = 900


class Online(Protocol):
    def update(self, value: float) -> float: ...


def daily(seed: int = 1) -> np.ndarray:
    """Return a load with a course of 48 values and some noise."""
    rows = np.arange(_COUNT)
    noise = np.random.default_rng(seed).normal(0.0, 0.05, _COUNT)
    return 10 + np.sin(2 * np.pi * rows / 48) + noise


def spike(values: np.ndarray) -> np.ndarray:
    values[-1] += 3.0
    return values


def step(values: np.ndarray) -> np.ndarray:
    values[-24:] += 8.0
    return values


def shape(values: np.ndarray) -> np.ndarray:
    """Let the course run twice as fast: no value by itself is unusual."""
    rows = np.arange(_COUNT)
    values[-24:] = 10 + np.sin(2 * np.pi * rows[-24:] / 12)
    return values


@pytest.mark.parametrize(
    ("make", "fault"),
    [
        (lambda: Residual(300, 48), spike),
        (SpectralResidual, spike),
        (LevelChange, step),
        (NearestStretch, shape),
        (lambda: NearestStretch(normalised=True), shape),
    ],
)
def test_what_is_unusual_scores_higher_than_all_before(
    make: Callable[[], Online], fault: Callable[[np.ndarray], np.ndarray]
) -> None:
    detector, values = make(), fault(daily())
    scores = [detector.update(float(value)) for value in values]
    assert max(scores[-24:]) > max(scores[400:-24])


@pytest.mark.parametrize(
    "make", [lambda: Residual(300, 48), SpectralResidual, LevelChange, NearestStretch]
)
def test_a_flat_series_is_usual_and_one_value_costs_no_error(make: Callable[[], Online]) -> None:
    detector = make()
    scores = [detector.update(5.0) for _ in range(300)]
    assert np.isfinite(scores).all()
    assert max(scores[-100:]) < 5.0


@pytest.mark.parametrize("make", [Residual, SpectralResidual, LevelChange, NearestStretch])
def test_a_gap_scores_nothing_and_teaches_nothing(make: Callable[[], Residual]) -> None:
    values = daily()
    with_gaps = np.insert(values, [100, 500], [np.nan, np.inf])
    found = make().score(with_gaps)
    np.testing.assert_array_equal(np.delete(found, [100, 501]), make().score(values))
    assert found[100] == found[501] == 0


def test_the_season_goes_on_through_a_gap() -> None:
    pulses = np.where(np.arange(_COUNT) % 90 == 0, 50.0, 1.0)
    pulses += np.random.default_rng(2).normal(0, 0.1, _COUNT)
    pulses[700:745] = np.nan
    assert Residual(300, 90).score(pulses)[810] < 5, "a pulse at any other time scores hundreds"


def test_a_window_forgets_what_is_too_old() -> None:
    window = SortedWindow(3)
    for value in (9.0, 1.0, 2.0, 3.0):
        window.push(value)
    assert (len(window), window.quantile(0.5), window.below(9.0)) == (3, 2.0, 3)
