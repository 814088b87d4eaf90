"""Which method says what of each series, and how far it may be off."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from analytics.estimator import require_fitted
from analytics.forecasting.intervals import SHARES, Errors, Method, backtest, half_widths
from analytics.forecasting.near import NearTerm
from analytics.forecasting.profile import DayProfile
from analytics.forecasting.series import Series, Values

LAST, PROFILE, NEAR = "last hour", "day profile", "near term"
_HOUR_S, _NEAR_S = 3600.0, 7200.0


@dataclass(frozen=True)
class Forecast:
    """What to expect of some series.

    Attributes:
        start: Time of the first row, as seconds since the epoch.
        step_s: Seconds between rows.
        expected: Rows by series, in the series' unit; NaN where nothing is known.
        low: Lower ends of the intervals, by their share: 0.8 and 0.95.
        high: Upper ends.
        models: Of each series, which method spoke.
        notes: Of each series, why it is a simpler one, or what the intervals lack; else empty.
    """

    start: float
    step_s: float
    expected: Values
    low: Mapping[float, Values]
    high: Mapping[float, Values]
    models: tuple[str, ...]
    notes: tuple[str, ...]


class LoadForecaster:
    """Forecasts loads and demands: all series at once, each by what its history allows.

    Up to two hours ahead the last minutes speak (`NearTerm`), beyond that earlier days
    (`DayProfile`); with less than two days of history, the last hour alone, which is said.

    Args:
        days: From how many days' ends the intervals are judged.
        other: What an error on a day of the other kind (working day or not) weighs in them.

    Attributes:
        history_: What it speaks from.
        errors_: How far earlier forecasts of as many steps were off, once one was asked for.
    """

    unit = "that of the series"

    def __init__(self, days: int = 7, other: float = 0.2) -> None:
        self.days, self.other = days, other

    def fit(self, history: Series) -> Self:
        """Take the history in."""
        self.history_ = history
        return self

    def predict(self, steps: int) -> Forecast:
        """Return what to expect of the next steps, a week of them at the most.

        Raises:
            NotFitted: There is no history yet.
        """
        require_fitted(self, "history_")
        history = self.history_
        known = np.isfinite(history.values).sum(axis=0)
        short = known < 2 * history.day
        near = steps * history.step_s <= _NEAR_S and len(history.values) >= 3 * history.day
        name = NEAR if near else PROFILE
        expected = _last(history, steps)
        if not short.all():
            expected = np.where(short, expected, _method(name, steps)(history, steps))
        rows = len(history.values) + np.arange(steps)
        self.errors_ = backtest(history, _method(name, steps), steps, self.days)
        widths = self._widths(steps)
        low = {share: np.maximum(expected - widths[share], 0.0) for share in SHARES}
        high = {share: expected + widths[share] for share in SHARES}
        free = history.kinds(rows)[1]
        notes = tuple(_note(bool(each), history, bool(free.any())) for each in short)
        models = tuple(LAST if each else name for each in short)
        start = history.start + len(history.values) * history.step_s
        return Forecast(start, history.step_s, expected, low, high, models, notes)

    def _widths(self, steps: int) -> dict[float, Values]:
        history = self.history_
        free = history.kinds(len(history.values) + np.arange(steps))[1]
        lead = np.arange(steps) // history.day
        widths = half_widths(self.errors_, free, lead, self.other)
        simple = half_widths(_steps_apart(history, steps), free, lead, self.other)
        return {x: np.where(np.isfinite(widths[x]), widths[x], simple[x]) for x in SHARES}


def _method(name: str, steps: int) -> Method:
    if name == NEAR:
        return lambda history, ahead: NearTerm(steps=steps).fit(history).predict(ahead)
    return lambda history, ahead: DayProfile().fit(history).predict(ahead)


def _last(history: Series, steps: int) -> Values:
    """Return the median of the last hour that is known of each series, for every step."""
    some = max(1, int(_HOUR_S // history.step_s))
    found = np.full(history.values.shape[1], np.nan)
    for at, column in enumerate(history.values.T):
        known = column[np.isfinite(column)][-some:]
        found[at] = np.median(known) if len(known) else np.nan
    return np.broadcast_to(found, (steps, len(found))).copy()


def _steps_apart(history: Series, steps: int) -> Errors:
    """Return how far values lie apart that are as many steps apart, or as far as there are any."""
    values = history.values
    apart = max(1, min(steps, len(values) // 2))
    signed = values[apart:] - values[:-apart]
    free = history.kinds(apart + np.arange(len(signed)))[1]
    return Errors(signed, free, np.zeros(len(signed), np.int64))


def _note(short: bool, history: Series, weekend: bool) -> str:
    if short:
        return "less than two days are known: the last hour goes on"
    days = len(history.values) // history.day
    seen = history.kinds(np.arange(len(history.values)))[1]
    if weekend and not seen[2 * history.day :].any():
        return "no weekend or holiday has been forecast yet: its intervals are too narrow"
    return "" if days >= 7 else f"only {days} days are known: no weekday has come round yet"
