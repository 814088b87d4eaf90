"""How far a measured figure may be off: 95% intervals, for every benchmark the same."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from analytics import proportion

Interval = tuple[float, float]
DRAWS = 2000
_TAILS = (0.025, 0.975)


def bootstrap(
    count: int, figure: Callable[[NDArray[np.int64]], float], draws: int = DRAWS, seed: int = 0
) -> Interval:
    """Return the interval of a figure, whatever it stands on drawn anew, with repetition.

    Args:
        count: How many there are: of series, queries, episodes, whatever is independent.
        figure: Of those at some places, each 0 to `count` - 1, some of them more than once.
        draws: How often.
        seed: Of the draws.

    Source: B. Efron, "Bootstrap methods" (1979), percentile interval.
    """
    random = np.random.default_rng(seed)
    drawn = [figure(random.integers(0, count, count)) for _ in range(draws)]
    low, high = np.quantile(drawn, _TAILS)
    return float(low), float(high)


def of_mean(values: Sequence[float] | NDArray[np.float64], seed: int = 0) -> Interval:
    """Return the interval of the mean of values."""
    given = np.asarray(values, dtype=np.float64)
    return bootstrap(len(given), lambda at: float(given[at].mean()), seed=seed)


def of_share(hits: int, count: int) -> Interval:
    """Return the interval of a share, exact."""
    return proportion.interval(hits, count)


def of_rate(events: int, length: float) -> Interval:
    """Return the interval of events a unit of time or length, as they come by chance (Poisson)."""
    low = float(chi2.ppf(_TAILS[0], 2 * events)) / 2 / length if events else 0.0
    return low, float(chi2.ppf(_TAILS[1], 2 * events + 2)) / 2 / length


def said(interval: Interval, digits: int = 3) -> str:
    """Return an interval for people."""
    low, high = interval
    return f"95%: {low:.{digits}f} to {high:.{digits}f}"
