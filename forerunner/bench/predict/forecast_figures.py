"""Figures of forecasts, and how far they would go with other origins, links and days."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analytics.forecasting.series import Values

_DRAWS = 1000


def off(said: Values, came: Values) -> Values:
    """Return how far what was said is off; what was measured and not said is off by all of it."""
    return np.abs(np.where(np.isfinite(said), said, 0.0) - came)


def inside(came: Values, low: Values, high: Values) -> float:
    """Return the share of what was measured that lies between."""
    known = np.isfinite(came)
    return float(np.mean(((came >= low) & (came <= high))[known]))


def held(came: Values, low: Values, high: Values) -> Values:
    """Return the share of what was measured that lies between, of each series; NaN of none."""
    known = np.isfinite(came)
    held = ((came >= low) & (came <= high) & known).sum(axis=0)
    return np.asarray(np.where(known.any(axis=0), held / np.maximum(known.sum(axis=0), 1), np.nan))


def interval(errors: NDArray[np.float64]) -> tuple[float, float]:
    """Return the 95% interval of the mean, questions' series drawn anew."""
    random, count = np.random.default_rng(1), len(errors)
    means = [errors[random.integers(count, size=count)].mean() for _ in range(_DRAWS)]
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def both_drawn(figures: Sequence[Values]) -> tuple[float, float]:
    """Return the 95% interval of the mean, origins and links drawn anew.

    Links of one day are alike, and so are days of one link: pairs of both are not independent.

    Args:
        figures: Of each origin, that of each link.
    """
    random, means = np.random.default_rng(1), []
    widths = sorted({len(each) for each in figures})
    for _ in range(_DRAWS):
        links = {width: random.integers(width, size=width) for width in widths}
        drawn = [figures[at] for at in random.integers(len(figures), size=len(figures))]
        means.append(np.nanmean(np.concatenate([each[links[len(each)]] for each in drawn])))
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def wape_smape(said: Sequence[Values], came: Sequence[Values]) -> tuple[float, float]:
    """Return both in percent: of all that came, and the mean of each value's own."""
    one, other = (np.concatenate([each.ravel() for each in some]) for some in (said, came))
    one, far = np.where(np.isfinite(one), one, 0.0), off(one, other)
    both = np.maximum(np.abs(one) + np.abs(other), 1e-9)
    wape = np.nansum(far) / np.nansum(other)
    return 100 * float(wape), 100 * float(np.nanmean(2 * far / both))
