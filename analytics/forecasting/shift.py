"""A level that has shifted and stayed is where to go on from; what was before is moved to it."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from analytics.forecasting.series import Series, Values

_BLOCK_S = 10_800
# In logarithms: below that, the profile follows by itself.
_LEAST = 0.3
# How many times what days differ by otherwise a shift is.
_CLEAR = 4.0
_KEPT = 0.75
_MOST_DAYS, _LOOK_BACK = 28, 56


def restarted(history: Series) -> tuple[Series, NDArray[np.bool_]]:
    """Return the history with what lies before a shift moved to the level after it, and where.

    A shift is a sudden change of at least a third, far beyond what days of its kind differed by,
    of which three quarters of each day since have kept more than half, for a day or longer. Blocks
    of three hours are compared with those of the same hours and kind (working day or not), so that
    a weekend is none; what has no such block before it is not judged.

    Complexity: O(days squared * blocks of a day * series).
    """
    blocks = _Blocks(history)
    count = history.values.shape[1]
    onset, change = np.zeros(count, np.int64), np.zeros(count)
    # At least as many days before tell what is usual and how far days differ.
    for days in range(1, min(_MOST_DAYS, blocks.days // 2, blocks.days - 2) + 1):
        found, held = blocks.shift(days)
        # The longest that holds is the whole of it.
        onset[held], change[held] = days, found[held]
    shifted = onset > 0
    if not shifted.any():
        return history, shifted
    before = np.arange(-len(history.values), 0)[:, None] < -onset[shifted] * history.day
    values = history.values.copy()
    values[:, shifted] *= np.where(before, np.exp(change[shifted]), 1.0)
    return replace(history, values=values), shifted


class _Blocks:
    """Logarithms of the means of blocks, days by blocks by series; the last day comes last."""

    def __init__(self, history: Series) -> None:
        most = max(1, int(_BLOCK_S // history.step_s))
        size = next(each for each in range(most, 0, -1) if history.day % each == 0)
        self.days = min(len(history.values) // history.day, _LOOK_BACK)
        rows = self.days * history.day
        first = len(history.values) - rows
        parts = history.values[first:].reshape(-1, size, history.values.shape[1])
        known = np.isfinite(parts).mean(axis=1) > 0.5
        mean = np.nansum(parts, axis=1) / np.maximum(np.isfinite(parts).sum(axis=1), 1)
        logs = np.where(known & (mean > 0), np.log(np.maximum(mean, 1e-300)), np.nan)
        each = history.day // size
        self.logs = logs.reshape(self.days, each, -1)
        middle = first + np.arange(self.days * each) * size + size // 2
        self.free = history.kinds(middle)[1].reshape(self.days, each)

    def shift(self, days: int) -> tuple[Values, NDArray[np.bool_]]:
        """Return by how much the last days differ from those before, and whether they all do."""
        before = self.logs[:-days]
        usual = np.stack([_usual(before, self.free[:-days] == kind) for kind in (False, True)])
        kind = self.free.astype(np.int64)
        off = self.logs - usual[kind, np.arange(self.logs.shape[1])]
        daily = _median(off, 1)
        change = _median(daily[-days:], 0)
        kept = off[-days:] * np.sign(change) > np.abs(change) / 2
        judged = np.isfinite(off[-days:]).sum(axis=1)
        lasted = (kept.sum(axis=1) >= np.maximum(_KEPT * judged, 1)).all(axis=0)
        # A level that wanders comes by all that lies between; the day of the shift itself may.
        sudden = np.abs(daily[-days - 2]) < np.abs(change) / 3
        spread = 1.5 * _median(np.abs(daily[:-days]), 0)
        least = np.maximum(_LEAST, _CLEAR * spread)
        return change, lasted & sudden & (np.abs(change) > least)


def _usual(logs: Values, alike: NDArray[np.bool_]) -> Values:
    """Return what each block is like on the days alike, blocks by series."""
    return _median(np.where(alike[:, :, None], logs, np.nan), 0)


def _median(values: Values, axis: int) -> Values:
    """Return the median of what is known along an axis; NaN where nothing is."""
    ordered = np.sort(values, axis=axis)
    count = np.isfinite(ordered).sum(axis=axis, keepdims=True)
    low, high = np.maximum(count - 1, 0) // 2, np.minimum(count // 2, values.shape[axis] - 1)
    ends = [np.take_along_axis(ordered, place, axis) for place in (low, high)]
    found = np.where(count > 0, (ends[0] + ends[1]) / 2, np.nan)
    return np.asarray(found.squeeze(axis))
