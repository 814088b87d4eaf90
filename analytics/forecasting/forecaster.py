"""Which method says what of each series, and how far it may be off."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from analytics.estimator import require_fitted
from analytics.forecasting.intervals import SHARES, Errors, Method, backtest, half_widths
from analytics.forecasting.last import last_hour, last_hour_widths
from analytics.forecasting.near import NearTerm, blind
from analytics.forecasting.profile import DayProfile
from analytics.forecasting.series import Series, Values
from analytics.forecasting.shift import restarted

LAST, PROFILE, NEAR = "last hour", "day profile", "near term"
_NEAR_S = 7200.0
_BLIND = "nothing was carried or measured lately, or at this time yesterday and a week ago"

_SHIFTED = "the level has shifted for a day or longer: it is taken to stay"


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


@dataclass(frozen=True)
class _Part:
    """What one method says of the series that it speaks of."""

    columns: NDArray[np.int64]
    expected: Values
    widths: Mapping[float, Values]
    errors: Errors | None
    notes: Sequence[str]


class LoadForecaster:
    """Forecasts loads and demands: all series at once, each by what its history allows.

    Up to two hours ahead the last minutes speak (`NearTerm`), beyond that earlier days
    (`DayProfile`); with less than two days of history, the last hour alone, which is said. Each
    series' interval is of the method that spoke of it.

    Args:
        days: From how many days' ends the intervals are judged.
        other: What an error on a day of the other kind (working day or not) weighs in them.

    Attributes:
        history_: What it speaks from.
        errors_: How far earlier forecasts of as many steps were off, once one was asked for; NaN
            for a series that is too short for any.
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
        models, aside = _speakers(history, steps)
        parts = [
            self._part(name, np.flatnonzero(models == name), steps) for name in np.unique(models)
        ]
        self.errors_ = _errors(parts, len(models))
        expected = _joined([each.columns for each in parts], [each.expected for each in parts])
        widths = {
            share: _joined([each.columns for each in parts], [each.widths[share] for each in parts])
            for share in SHARES
        }
        low = {share: np.maximum(expected - widths[share], 0.0) for share in SHARES}
        high = {share: expected + widths[share] for share in SHARES}
        notes = _notes(parts, aside)
        start = history.start + len(history.values) * history.step_s
        return Forecast(start, history.step_s, expected, low, high, tuple(models.tolist()), notes)

    def _part(self, name: str, columns: NDArray[np.int64], steps: int) -> _Part:
        history = self.history_.of(columns)
        if name == LAST:
            notes = ["less than two days are known: the last hour goes on"] * len(columns)
            widths = last_hour_widths(history, steps, SHARES)
            return _Part(columns, last_hour(history, steps), widths, None, notes)
        method, note = _method(name, steps), _note(history, steps)
        history, shifted = restarted(history) if name == PROFILE else (history, columns < 0)
        errors = backtest(history, method, steps, self.days)
        widths = self._widths(history, errors, steps)
        notes = ["; ".join(filter(None, [_SHIFTED * each, note])) for each in shifted.tolist()]
        return _Part(columns, method(history, steps), widths, errors, notes)

    def _widths(self, history: Series, errors: Errors, steps: int) -> dict[float, Values]:
        free = history.kinds(len(history.values) + np.arange(steps))[1]
        lead = np.arange(steps) // history.day
        widths = half_widths(errors, free, lead, self.other)
        if all(np.isfinite(each).all() for each in widths.values()):
            return widths
        simple = half_widths(_steps_apart(history, steps), free, lead, self.other)
        return {x: np.where(np.isfinite(widths[x]), widths[x], simple[x]) for x in SHARES}


def _speakers(history: Series, steps: int) -> tuple[NDArray[np.str_], NDArray[np.bool_]]:
    """Return of each series which method speaks, and whether it does in the near term's place."""
    near = steps * history.step_s <= _NEAR_S and len(history.values) >= 3 * history.day
    short = np.isfinite(history.values).sum(axis=0) < 2 * history.day
    aside = ~short & blind(history, steps) if near else np.zeros_like(short)
    return np.where(short, LAST, np.where(aside | (not near), PROFILE, NEAR)), aside


def _method(name: str, steps: int) -> Method:
    if name == NEAR:
        return lambda history, ahead: NearTerm(steps=steps).fit(history).predict(ahead)
    return lambda history, ahead: DayProfile().fit(history).predict(ahead)


def _joined(columns: Sequence[NDArray[np.int64]], parts: Sequence[Values]) -> Values:
    """Return tables of some series each as one of all, in their order."""
    if len(parts) == 1:
        return parts[0]
    order = np.argsort(np.concatenate(columns))
    return np.concatenate(parts, axis=1)[:, order]


def _errors(parts: Sequence[_Part], count: int) -> Errors:
    """Return the errors of all series; NaN for those that were not judged."""
    judged = [(each.columns, each.errors) for each in parts if each.errors is not None]
    if not judged:
        return Errors(np.empty((0, count)), np.empty(0, bool), np.empty(0, np.int64), ())
    if len(parts) == 1:
        return judged[0][1]
    signed = np.full((len(judged[0][1].signed), count), np.nan)
    for columns, errors in judged:
        signed[:, columns] = errors.signed
    return replace(judged[0][1], signed=signed)


def _notes(parts: Sequence[_Part], aside: NDArray[np.bool_]) -> tuple[str, ...]:
    """Return the notes of all series, those with the reason that another method stood aside."""
    notes = dict(pair for x in parts for pair in zip(x.columns, x.notes, strict=True))
    for at in np.flatnonzero(aside):
        notes[at] = "; ".join(filter(None, [_BLIND, notes[at]]))
    return tuple(notes[at] for at in range(len(aside)))


def _steps_apart(history: Series, steps: int) -> Errors:
    """Return how far values lie apart that are as many steps apart, or as far as there are any."""
    values = history.values
    apart = max(1, min(steps, len(values) // 2))
    signed = values[apart:] - values[:-apart]
    free = history.kinds(apart + np.arange(len(signed)))[1]
    return Errors(signed, free, np.zeros(len(signed), np.int64))


def _note(history: Series, steps: int) -> str:
    days, rows = len(history.values) // history.day, np.arange(len(history.values))
    weekend = history.kinds(len(rows) + np.arange(steps))[1].any()
    if weekend and not history.kinds(rows)[1][2 * history.day :].any():
        return "no weekend or holiday has been forecast yet: its intervals are too narrow"
    return "" if days >= 7 else f"only {days} days are known: no weekday has come round yet"
