"""The next minutes, from the last ones and from how it went on at this time on earlier days."""

from typing import Self

import numpy as np
from numpy.typing import NDArray

from analytics.estimator import require_fitted
from analytics.forecasting.series import Series, Values
from forerunner.errors import InvalidData

Rows = NDArray[np.int64]
_ALPHAS = (0.05, 0.1, 0.3, 0.5)
_BASE = _ALPHAS.index(0.3)
_SMOOTH_S = 1800.0
_TINY = 1e-9
# Share of a series' median load below which it carries nothing, and of its rows that are an outage
# rather than what it does.
_LEAST, _SELDOM = 0.01, 0.05
# Share of the rows about a time that must be known for that time to tell anything.
_TOLD = 0.5
_PASSES = 8
_SOME = 200


class NearTerm:
    """Linear in logarithms, one for each step ahead, fitted to the absolute error.

    A series is expected at its smoothed level, corrected by how its last values differ from that,
    by how it went on at this time yesterday and a week ago, and by how all series together have
    moved. Each series has coefficients of its own and shares others with all; the forecast is the
    geometric mean of both.

    Args:
        steps: How many steps ahead it learns.
        ridge: How strongly coefficients are held to zero.
        days: How many days it learns from, the latest.

    Attributes:
        own_: Coefficients, by step, series and feature.
        shared_: Coefficients, by step and feature.

    Source: R. Koenker and G. Bassett, "Regression quantiles", Econometrica 46 (1978).
    """

    unit = "that of the series"

    def __init__(self, steps: int = 12, ridge: float = 20.0, days: int = 14) -> None:
        self.steps, self.ridge, self.days = steps, ridge, days

    def fit(self, history: Series) -> Self:
        """Learn from history; O(rows times series) for each step.

        Raises:
            InvalidData: It is shorter than two days, or than a day and the steps, or these are more
                than a day.
        """
        rows, day = len(history.values), history.day
        if self.steps > day:
            problem = f"leaves {day} steps a day, fewer than the {self.steps} to forecast"
            raise InvalidData("series", "step_s", problem)
        least = max(2 * day, day + _reach(history) + self.steps + 1)
        if rows < least:
            problem = f"are {rows} rows, too few to learn from; give at least {least}"
            raise InvalidData("series", "values", problem)
        self._known = _Known(history)
        first = max(day + self._known.reach, rows - self.days * day)
        own, shared = [], []
        for ahead in range(1, self.steps + 1):
            origins = np.arange(first, rows - ahead)
            each, all_of_them = self._learned(origins, ahead)
            own.append(each)
            shared.append(all_of_them)
        self.own_, self.shared_ = np.stack(own), np.stack(shared)
        return self

    def go_on(self, history: Series) -> Self:
        """Take in what came since, with the coefficients as they are; O(rows).

        Raises:
            NotFitted: There are none yet.
        """
        require_fitted(self, "own_")
        self._known = _Known(history)
        return self

    def predict(self, steps: int) -> Values:
        """Return what to expect of the next steps, as many as were learned, rows by series."""
        require_fitted(self, "own_")
        known = self._known
        last = np.array([len(known.level) - 1])
        found = []
        for ahead in range(1, min(steps, self.steps) + 1):
            features = known.features(last, ahead)[0]
            own = np.einsum("sf,sf->s", features, self.own_[ahead - 1])
            shared = features @ self.shared_[ahead - 1]
            found.append(np.exp(known.level[-1] + (own + shared) / 2))
        return np.stack(found)

    def _learned(self, origins: Rows, ahead: int) -> tuple[Values, Values]:
        """Return the coefficients of each series, and those of all together."""
        known = self._known
        target = known.logs[origins + ahead] - known.level[origins]
        # What a wrong forecast costs grows with the load, so large loads count more.
        weight = np.sqrt(np.exp(known.level[origins]))
        # From where the level was not measured, or to where nothing was, nothing is learned.
        there = known.measured[origins + ahead] & known.measured[origins]
        weight = np.where(there, weight / weight.mean(), 0.0)
        features = known.features(origins, ahead)
        own = np.concatenate(
            [
                _absolute(
                    features[:, at : at + _SOME],
                    target[:, at : at + _SOME],
                    weight[:, at : at + _SOME],
                    self.ridge,
                )
                for at in range(0, target.shape[1], _SOME)
            ]
        )
        flat = features.reshape(-1, 1, features.shape[-1])
        shared = _absolute(flat, target.reshape(-1, 1), weight.reshape(-1, 1), self.ridge)
        return own, shared[0]


class _Known:
    """A history in logarithms, its holes filled with what was known last."""

    def __init__(self, history: Series) -> None:
        self.day, self.reach = history.day, _reach(history)
        self.measured = _measured(history.values)
        values = np.where(self.measured, history.values, np.nan)
        values = np.maximum(_filled(values), _TINY)
        self.logs = np.log(values)
        self.smoothed = [np.log(_exponential(values, alpha)) for alpha in _ALPHAS]
        self.level = self.smoothed[_BASE]
        self.centred = np.log(_centred(values, self.reach))
        # Where most of what is smoothed over was filled, that day says nothing of how it went on.
        self.told = _centred(self.measured.astype(float), self.reach) >= _TOLD
        total = values.sum(axis=1, keepdims=True)
        self.total = np.log(total) - np.log(_exponential(total, _ALPHAS[_BASE]))

    def features(self, origins: Rows, ahead: int) -> Values:
        """Return what a forecast from each origin goes by, by origin, series and feature."""
        level = self.level[origins]
        columns = [np.ones_like(level), self.logs[origins] - level]
        columns += [x[origins] - level for at, x in enumerate(self.smoothed) if at != _BASE]
        columns += [self.logs[np.maximum(origins - back, 0)] - level for back in (1, 2)]
        columns.append(np.broadcast_to(self.total[origins], level.shape))
        yesterday, week = (self._then(origins, ahead, days) for days in (1, 7))
        for (mine, told), (other, instead) in ((yesterday, week), (week, yesterday)):
            # What one day does not tell, the other does, or nothing is taken from either.
            columns += list(np.where(told, mine, np.where(instead, other, 0.0)))
        return np.stack(columns, axis=-1)

    def _then(self, origins: Rows, ahead: int, days: int) -> tuple[Values, NDArray[np.bool_]]:
        """Return how it went on and how the level was days before, and whether both are known."""
        # Where there was no such day yet, yesterday stands for it.
        lag = np.where(origins - days * self.day >= self.reach, days, 1) * self.day
        begin, end = np.maximum(origins - lag, 0), np.maximum(origins + ahead - lag, 0)
        before = self.centred[begin]
        # The centred mean of a past day looks on in that day alone.
        found = np.stack([self.centred[end] - before, self.level[origins] - before])
        return found, self.told[begin] & self.told[end]


def _absolute(features: Values, target: Values, weight: Values, ridge: float) -> Values:
    """Return the coefficients of each series that make the weighted absolute error least.

    By reweighted least squares: each pass divides the weights by the errors of the one before.
    """
    held = ridge * np.eye(features.shape[-1])
    current = weight
    for _ in range(_PASSES):
        weighted = features * current[..., None]
        gram = np.einsum("tsf,tsg->sfg", weighted, features, optimize=True) + held
        right = np.einsum("tsf,ts->sf", weighted, target, optimize=True)
        found = np.linalg.solve(gram, right[..., None])[..., 0]
        errors = np.abs(target - np.einsum("tsf,sf->ts", features, found, optimize=True))
        current = weight / np.maximum(errors, 0.02)
    return np.asarray(found)


def blind(history: Series, steps: int) -> NDArray[np.bool_]:
    """Return which series the near term says nothing of: what it goes by was not measured.

    Neither the last half hour, or neither this time yesterday nor that a week ago.
    """
    known = _measured(history.values)
    reach, rows = _reach(history), len(known)
    told = np.zeros(known.shape[1], bool)
    for days in (1, 7):
        begin = rows - 1 - days * history.day
        if begin >= reach:
            then = (known[x - reach : x + reach + 1].mean(axis=0) for x in (begin, begin + steps))
            told |= np.min(list(then), axis=0) >= _TOLD
    return np.asarray(~known[-reach:].any(axis=0) | ~told)


def _reach(history: Series) -> int:
    return max(1, int(_SMOOTH_S // history.step_s))


def _measured(values: Values) -> NDArray[np.bool_]:
    """Return which rows tell what a series carries when it carries something.

    Nothing at all, on a series that all but always has load, is an outage: its link was down, or
    emptied. A series that is idle time and again is measured then too.
    """
    load = np.where(values > 0, values, np.nan)
    some = np.isfinite(load).any(axis=0)
    least = np.zeros(values.shape[1])
    least[some] = _LEAST * np.nanmedian(load[:, some], axis=0)
    known, out = np.isfinite(values), values <= least
    seldom = out.sum(axis=0) <= _SELDOM * known.sum(axis=0)
    return np.asarray(known & ~(out & seldom))


def _filled(values: Values) -> Values:
    """Return values with each hole filled by the last known one; a hole at the start by zero."""
    known = np.isfinite(values)
    rows = np.maximum.accumulate(np.where(known, np.arange(len(values))[:, None], 0), axis=0)
    return np.nan_to_num(np.take_along_axis(values, rows, axis=0))


def _exponential(values: Values, alpha: float) -> Values:
    found = np.empty_like(values)
    found[0] = values[0]
    for row in range(1, len(values)):
        found[row] = alpha * values[row] + (1 - alpha) * found[row - 1]
    return found


def _centred(values: Values, reach: int) -> Values:
    sums = np.cumsum(np.vstack([np.zeros((1, values.shape[1])), values]), axis=0)
    rows = np.arange(len(values))
    low, high = np.maximum(rows - reach, 0), np.minimum(rows + reach + 1, len(values))
    return np.asarray((sums[high] - sums[low]) / (high - low)[:, None])
