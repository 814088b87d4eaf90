"""Networks of different sizes are judged together, and what is missing is no success."""

import numpy as np
import pytest

from analytics.forecasting import Series
from forerunner.bench.predict.forecast import Split, _inside, _interval, _mase, _wape_smape


def split(links: int) -> Split:
    values = np.tile(np.arange(1.0, 97.0)[:, None], (1, links))
    return Split(Series(np.vstack([values, values + 2]), 0.0, 900.0), values)


def test_networks_of_different_sizes_are_judged_together() -> None:
    splits = [split(3), split(5)]
    errors = _mase(splits, [each.came + 1 for each in splits])
    assert errors == pytest.approx(np.full(8, 0.5))
    assert _interval(errors) == pytest.approx((0.5, 0.5))


def test_what_was_not_measured_is_no_miss_and_what_was_not_forecast_is() -> None:
    came = np.array([[1.0], [np.nan]])
    assert _inside(came, came - 1, came + 1) == 1.0
    said, real = [np.array([[9.0], [np.nan]])], [np.array([[10.0], [10.0]])]
    assert _wape_smape(said, real)[0] == pytest.approx(55.0)
