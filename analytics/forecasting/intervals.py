"""How far a forecast may be off, from how far the same method was off before."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.forecasting.series import Series, Values

Method = Callable[[Series, int], Values]
"""Forecasts steps from a history: rows by series."""
SHARES = (0.8, 0.95)
# Errors of one day ahead below which those of all days are asked.
_ENOUGH = 40
_ROUNDING = 1e-12


@dataclass(frozen=True)
class Errors:
    """Errors of earlier forecasts, a row for each step of each of them.

    Attributes:
        signed: How far what came was above the forecast; NaN where nothing was measured.
        free: Whether the row was of a weekend or a holiday.
        lead: How many whole days the row was ahead of what was known.
        begins: The row that each forecast begins with.
    """

    signed: Values
    free: NDArray[np.bool_]
    lead: NDArray[np.int64]
    begins: tuple[int, ...] = (0,)

    @property
    def size(self) -> Values:
        """Return how far each was off, without its sign."""
        return np.abs(self.signed)


def backtest(history: Series, method: Method, steps: int, days: int = 7) -> Errors:
    """Return the errors of the method on the last days, each forecast from what was known then.

    Args:
        history: What is known.
        method: What is judged.
        steps: Steps of each forecast.
        days: How many forecasts each day of a forecast is judged by; fewer where history is short.
    """
    rows, day = len(history.values), history.day
    # The last day of a week ahead is known only of what was said a week ago.
    days += (steps - 1) // day
    signed = [np.empty((0, history.values.shape[1]))]
    free: list[NDArray[np.bool_]] = [np.empty(0, bool)]
    lead = [np.empty(0, np.int64)]
    begins: list[int] = []
    # The first two days are needed to have anything to say.
    for origin in range(rows - day, max(rows - (days + 1) * day, 2 * day - 1), -day):
        ahead = min(steps, rows - origin)
        said = method(history.before(origin), ahead)
        begins.append(sum(map(len, signed)))
        signed.append(_off(history.values[origin : origin + ahead], said))
        free.append(history.kinds(origin + np.arange(ahead))[1])
        lead.append(np.arange(ahead) // day)
    return Errors(np.concatenate(signed), np.concatenate(free), np.concatenate(lead), tuple(begins))


def _off(came: Values, said: Values) -> Values:
    """Return how far what came was above; what rounding made of a constant series is no error."""
    off = came - said
    return np.where(np.abs(off) > _ROUNDING * came, off, off * 0.0)


def half_widths(
    errors: Errors, free: NDArray[np.bool_], lead: NDArray[np.int64], other: float
) -> dict[float, Values]:
    """Return by share how far to both sides the interval reaches, rows by series.

    Each series has its own scale, its median error; what is beyond is learned from all together,
    for each day ahead. Errors on days of the other kind count less, unless there are no others.

    Args:
        errors: Of earlier forecasts.
        free: Of each row of the forecast, whether it is of a weekend or a holiday.
        lead: Of each row, how many whole days it is ahead.
        other: Weight of an error on a day of the other kind.

    Source: V. Vovk et al., "Algorithmic Learning in a Random World" (2005), split conformal;
    weighted by R. Tibshirani et al., "Conformal prediction under covariate shift" (2019).
    """
    found = {share: np.full((len(free), errors.signed.shape[1]), np.nan) for share in SHARES}
    for kind in np.unique(free):
        alike = errors.free == kind
        weights = np.where(alike, 1.0, other) if alike.any() else np.ones(len(alike))
        for day, each in _by_lead(errors.size, errors.lead, weights, np.unique(lead)).items():
            for share, widths in each.items():
                found[share][(free == kind) & (lead == day)] = widths
    return found


def _by_lead(
    size: Values, lead: NDArray[np.int64], weights: Values, days: NDArray[np.int64]
) -> dict[int, dict[float, Values]]:
    """Return by day ahead and share how far each series' interval reaches; never less later on."""
    scale = scales(size, weights)
    known = np.isfinite(size) & (scale > 0)
    ratio = size / np.where(scale > 0, scale, 1.0)
    counts = known.sum(axis=1)
    found: dict[int, dict[float, Values]] = {}
    least = dict.fromkeys(SHARES, 0.0)
    for day in days.tolist():
        mine = lead == day
        some = mine if counts[mine].sum() >= _ENOUGH else np.ones_like(mine)
        sorted_by_weight = [
            (float(each), np.sort(ratio[rows][known[rows]]))
            for each in np.unique(weights[some])
            for rows in [some & (weights == each)]
        ]
        for share in SHARES if counts[some].any() else ():
            least[share] = max(least[share], _quantile(sorted_by_weight, share))
        # A series that was never off has a width of nothing, one without errors none.
        found[day] = {share: scale * least[share] for share in SHARES}
    return found


def scales(size: Values, weights: Values) -> Values:
    """Return the median error of each series, weighted; NaN for one without errors.

    Where more than half of the errors are nothing, their mean says how far the others go.
    """
    median = _median(size, weights)
    count = np.isfinite(size).sum(axis=0)
    mean = np.nansum(size, axis=0) / np.maximum(count, 1)
    return np.asarray(np.where(median == 0, mean, median))


def _median(values: Values, weights: Values) -> Values:
    """Return the weighted median of each column; NaN for one without values."""
    if not len(values):
        return np.full(values.shape[1], np.nan)
    # What lies side by side in memory is sorted several times as fast.
    across, columns = np.ascontiguousarray(values.T), np.arange(values.shape[1])
    # What is not known comes last, beyond the count.
    order, count = np.argsort(across, axis=1), np.isfinite(across).sum(axis=1)
    reached = np.cumsum(weights[order], axis=1)
    half = reached[columns, np.maximum(count - 1, 0)] / 2
    place = np.argmax(reached >= half[:, None], axis=1)
    return np.asarray(np.where(count > 0, across[columns, order[columns, place]], np.nan))


def _quantile(groups: Sequence[tuple[float, Values]], share: float) -> float:
    """Return the least value up to which a share of the weight lies.

    Millions of values have but two weights: sorting each weight's values is many times as fast as
    carrying the weights along.

    Args:
        groups: Weights, and the values that have them, sorted.
        share: 0 to 1.
    """
    least = share * sum(weight * len(values) for weight, values in groups)

    def reached(value: float) -> float:
        below = [weight * np.searchsorted(values, value, "right") for weight, values in groups]
        return float(sum(below))

    places = [(values, bisect_left(values, least, key=reached)) for _, values in groups]
    found = [float(values[place]) for values, place in places if place < len(values)]
    return min(found, default=max(float(values[-1]) for _, values in groups if len(values)))
