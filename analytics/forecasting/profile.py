"""What the same time of day was like on the days before, days alike counting more."""

from typing import Self

import numpy as np
from numpy.typing import NDArray

from analytics.estimator import require_fitted
from analytics.forecasting.series import Series, Values

_SMALL = 1e-12


class DayProfile:
    """Weighted mean of the same time on earlier days, smoothed over its neighbours.

    A day weighs by how long ago it was and how alike it is: the same weekday, another day of its
    kind (working day, or weekend and holiday), or one of the other kind. The last day weighs more,
    for what changed lately. Where the last day as a whole was unlike what the profile would have
    said of it, the level is moved part of the way.

    Args:
        decay: Weight of a week ago, relative to now.
        alike: Weight of another day of the same kind, relative to the same weekday.
        unlike: Weight of a day of the other kind.
        last_day: What the last day weighs besides.
        weeks: How many weeks are looked back.
        smooth_s: Seconds to both sides that an earlier time is smoothed over.
        level: Share of the last day's difference that is believed to last.

    Attributes:
        history_: What was learned from.

    The weights were fixed on one LTE cell, and used as they are on everything else; see
    docs/predictions/forecasting.md.
    """

    unit = "that of the series"

    def __init__(
        self,
        decay: float = 0.7,
        alike: float = 0.6,
        unlike: float = 0.2,
        last_day: float = 0.5,
        weeks: int = 8,
        smooth_s: float = 2700.0,
        level: float = 0.3,
    ) -> None:
        self.decay, self.alike, self.unlike, self.last_day = decay, alike, unlike, last_day
        self.weeks, self.smooth_s, self.level = weeks, smooth_s, level

    def fit(self, history: Series) -> Self:
        """Take the history in."""
        self.history_ = history
        self._holes = not np.isfinite(history.values).all()
        return self

    def predict(self, steps: int) -> Values:
        """Return what to expect of the next steps, rows by series; NaN where nothing is known.

        O(steps * weeks * series).

        Raises:
            NotFitted: There is no history yet.
        """
        require_fitted(self, "history_")
        expected = self._expected(len(self.history_.values), steps)
        return np.asarray(expected * self._moved()) if self.level else expected

    def _expected(self, known: int, steps: int) -> Values:
        """Return what to expect of the steps after some known rows, from those alone."""
        reach = int(self.smooth_s // self.history_.step_s)
        # The mean of smooth days is the smooth mean of days, and that is far less to smooth.
        rows = np.arange(known - reach, known + steps + reach)
        mean = self._mean_of_days(rows, known)
        return _smoothed(mean, reach)[reach : reach + steps]

    def _mean_of_days(self, rows: NDArray[np.int64], known: int) -> Values:
        history, day = self.history_, self.history_.day
        first = np.maximum(1, -(-(rows - known + 1) // day))
        total = np.zeros((len(rows), history.values.shape[1]))
        # Without holes a row weighs the same in all series.
        weight = np.zeros(total.shape if self._holes else (len(rows), 1))
        for days in range(1, min(7 * self.weeks, known // day) + 1):
            source = rows - days * day
            usable = np.flatnonzero((days >= first) & (source >= 0))
            if not len(usable):
                continue
            # What is usable follows one on another, so that a slice does.
            some = slice(usable[0], usable[-1] + 1)
            values = history.values[source[usable[0]] : source[usable[-1]] + 1]
            each = self._weights(rows[some], source[some], days)[:, None]
            if self._holes:
                there = np.isfinite(values)
                values, weights = np.where(there, values, 0.0), each * there
            else:
                weights = each
            total[some] += each * values
            weight[some] += weights
        return np.where(weight > _SMALL, total / np.maximum(weight, _SMALL), np.nan)

    def _weights(self, rows: NDArray[np.int64], source: NDArray[np.int64], days: int) -> Values:
        weekday, free = self.history_.kinds(rows)
        then_weekday, then_free = self.history_.kinds(source)
        kind = np.where(free == then_free, self.alike, self.unlike)
        # A holiday is no ordinary day of its weekday.
        same = (weekday == then_weekday) & (free == then_free)
        more = self.last_day if days == 1 else 0.0
        return np.asarray(self.decay ** (days / 7) * np.where(same, 1.0, kind) + more)

    def _moved(self) -> Values:
        """Return the factor of each series by which the level is moved; 1 without a reason."""
        rows, day = len(self.history_.values), self.history_.day
        if rows < 3 * day:
            return np.ones(self.history_.values.shape[1])
        said, was = self._expected(rows - day, day), self.history_.values[-day:]
        both = np.isfinite(said) & np.isfinite(was)
        ratio = _sum(was, both) / np.maximum(_sum(said, both), _SMALL)
        return np.where(both.any(axis=0), np.clip(ratio, 0.2, 5.0) ** self.level, 1.0)


def _sum(values: Values, known: NDArray[np.bool_]) -> Values:
    return np.asarray(np.where(known, values, 0.0).sum(axis=0))


def _smoothed(values: Values, reach: int) -> Values:
    """Return the mean over the rows within reach, of those that are known; O(rows)."""
    if reach < 1:
        return values
    known = np.isfinite(values)
    whole = bool(known.all())
    sums = _running(values if whole else np.where(known, values, 0.0))
    rows = np.arange(len(values))
    low, high = np.maximum(rows - reach, 0), np.minimum(rows + reach + 1, len(values))
    if whole:
        return np.asarray((sums[high] - sums[low]) / (high - low)[:, None])
    counts = _running(known.astype(np.float64))
    count = counts[high] - counts[low]
    # A hole that is wider than the window stays one.
    return np.where(count > 0, (sums[high] - sums[low]) / np.maximum(count, 1), np.nan)


def _running(values: Values) -> Values:
    """Return the sums of the rows before each row, and of all."""
    sums = np.zeros((len(values) + 1, values.shape[1]))
    np.cumsum(values, axis=0, out=sums[1:])
    return sums
