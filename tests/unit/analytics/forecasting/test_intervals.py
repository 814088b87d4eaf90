"""The fast forms of the intervals give what plain ones give."""

import numpy as np
import pytest

from analytics.forecasting.intervals import Errors, half_widths


def plain_median(values: np.ndarray, weights: np.ndarray) -> float:
    """Return the least value up to which half of the weight lies; NaN of nothing."""
    known = np.isfinite(values)
    return plain_quantile(values[known], weights[known], 0.5) if known.any() else np.nan


def plain_quantile(values: np.ndarray, weights: np.ndarray, share: float) -> float:
    order = np.argsort(values)
    reached = np.cumsum(weights[order])
    return float(values[order][min(np.searchsorted(reached, share * reached[-1]), len(order) - 1)])


@pytest.mark.parametrize("holes", [0.0, 0.3])
@pytest.mark.parametrize("other", [0.2, 0.0, 1.0])
def test_sorting_by_weight_gives_the_intervals_that_carrying_the_weights_along_gives(
    other: float, holes: float
) -> None:
    random = np.random.default_rng(4)
    signed = random.normal(0, 1, (7 * 24, 60)) * random.lognormal(0, 1, 60)
    signed[random.random(signed.shape) < holes] = np.nan
    signed[:, 7], signed[:, 8] = np.nan, 0.0
    free, lead = np.arange(7 * 24) // 24 >= 5, np.arange(7 * 24) // 24 % 2
    wanted = half_widths(Errors(signed, free, lead), np.array([False, True]), lead[[0, 24]], other)

    for row, kind in enumerate((False, True)):
        weights = np.where(free == kind, 1.0, other)
        scale = np.array([plain_median(each, weights) for each in np.abs(signed).T])
        ratio = np.abs(signed) / np.where(scale > 0, scale, np.nan)
        for share, found in wanted.items():
            beyond = 0.0
            for day in range(row + 1):
                some = np.isfinite(ratio) & (lead == day)[:, None]
                weight = np.broadcast_to(weights[:, None], some.shape)[some]
                beyond = max(beyond, plain_quantile(ratio[some], weight, share))
            np.testing.assert_allclose(found[row], scale * beyond)
