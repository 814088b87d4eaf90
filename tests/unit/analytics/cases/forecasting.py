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


CASES = (
    Case(DayProfile, _fit, lambda e: e.predict(48)),
    Case(NearTerm, _fit, lambda e: e.predict(4)),
    Case(LoadForecaster, _fit, lambda e: e.predict(48).expected),
)
