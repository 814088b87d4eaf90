"""The last hour goes on: what is left to say of a series that is hardly known."""

from collections.abc import Iterable

import numpy as np

from analytics.forecasting.series import Series, Values

_HOUR_S = 3600.0
# Leads whose errors are looked at; those between have the widths of the next one.
_LEADS = 24


def last_hour(history: Series, steps: int) -> Values:
    """Return the median of the last hour that is known of each series, for every step."""
    some = max(1, int(_HOUR_S // history.step_s))
    found = np.full(history.values.shape[1], np.nan)
    for at, column in enumerate(history.values.T):
        known = column[np.isfinite(column)][-some:]
        found[at] = np.median(known) if len(known) else np.nan
    return np.broadcast_to(found, (steps, len(found))).copy()


def last_hour_widths(history: Series, steps: int, shares: Iterable[float]) -> dict[float, Values]:
    """Return by share how far to both sides the interval reaches, rows by series.

    It is how far each series has moved within as many steps, and never less for a later one; beyond
    what is known, as far as it ever has. NaN for a series of which no two values are known.

    Args:
        history: What is known.
        steps: Steps ahead.
        shares: What the intervals are to hold, 0 to 1.
    """
    values = history.values
    reach = min(steps, len(values) - 1)
    leads = np.unique(np.linspace(1, max(reach, 1), _LEADS).astype(int))
    moved = [np.abs(values[lead:] - values[:-lead]) for lead in leads]
    at = np.minimum(np.searchsorted(leads, np.arange(1, steps + 1)), len(leads) - 1)
    found = {}
    for share in shares:
        widths = np.stack([_quantile(each, share) for each in moved])
        found[share] = np.fmax.accumulate(widths, axis=0)[at]
    return found


def _quantile(values: Values, share: float) -> Values:
    """Return the least value of each column that a share of its values reaches; NaN without any."""
    count = np.isfinite(values).sum(axis=0)
    place = np.maximum(np.ceil(share * count).astype(int) - 1, 0)
    # What is not known is sorted last, and there is always such a row.
    ordered = np.sort(np.vstack([values, np.full((1, values.shape[1]), np.nan)]), axis=0)
    return np.asarray(np.take_along_axis(ordered, place[None], axis=0)[0])
