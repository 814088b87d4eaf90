"""Forecasters of loads and demands."""

from typing import Any

import numpy as np

from analytics.forecasting import DayProfile, LoadForecaster, NearTerm, Series
from tests.unit.analytics.cases import Case

_STEP_S = 1800.0


def week(days: int = 10) -> Series:
    """Return three loads with a daily and a weekly course, the first day a Monday."""
    rows = np.arange(days * 48)
    clock = 1 + 0.5 * np.sin(2 * np.pi * rows / 48)
    working = np.where((rows // 48) % 7 < 5, 1.0, 0.6)
    noise = np.random.default_rng(3).lognormal(0.0, 0.05, (len(rows), 3))
    # 1970-01-05 was a Monday.
    return Series(
        np.array([10.0, 40.0, 200.0]) * (clock * working)[:, None] * noise, 345_600.0, _STEP_S
    )


def _fit(estimator: Any) -> Any:
    return estimator.fit(week())


def _holed() -> Series:
    known = week()
    rows = np.arange(len(known.values))[:, None] + np.arange(3)
    return Series(np.where(rows % 11 == 3, np.nan, known.values), known.start, known.step_s)


def _case(kind: type, ask: Any) -> Case:
    none = Series(np.empty((0, 3)), 345_600.0, _STEP_S)
    return Case(kind, _fit, ask, lambda e: ask(e.fit(none)), lambda e: ask(e.fit(_holed())))


CASES = (
    _case(DayProfile, lambda e: e.predict(48)),
    _case(NearTerm, lambda e: e.predict(4)),
    _case(LoadForecaster, lambda e: e.predict(48).expected),
)
