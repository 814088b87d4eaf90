"""Soft failures at a receiver."""

from typing import Any

import numpy as np

from analytics.failure.soft import SoftFailure
from tests.unit.analytics.cases import Case


def line(count: int = 900, seed: int = 1, period: int = 75, length: int = 15) -> tuple[Any, ...]:
    """Return time, BER and OSNR of a line that fails softly, one sample late, and its labels."""
    random = np.random.default_rng(seed)
    at = np.arange(count)
    failing = (at % period >= period - length) & (at >= period)
    heard = np.concatenate(([False], failing[:-1]))
    ber = np.where(heard, 1.5e-4, 2e-7) * random.uniform(0.95, 1.05, count)
    osnr = np.where(heard, 18.0, 25.0) + random.normal(0, 0.3, count)
    return at * 3.0, np.column_stack([ber, osnr]), failing


def _fit(estimator: Any) -> Any:
    return estimator.fit(*line())


def _unusual(estimator: Any) -> tuple[Any, Any]:
    time, signals, failing = line(seed=2)
    score = estimator.score(time, signals)
    middle = failing & np.roll(failing, 3) & np.roll(failing, -3)
    calm = ~failing & ~np.roll(failing, 3) & ~np.roll(failing, -3)
    return score[middle], np.quantile(score[calm], 0.99)


def _early(estimator: Any) -> tuple[Any, Any]:
    time, signals, _ = line(seed=2)
    whole = estimator.score(time, signals)
    return estimator.score(time[:400], signals[:400]), whole[:400]


def _missing(estimator: Any) -> Any:
    time, signals, _ = line(seed=2)
    rows = np.arange(len(time))[:, None] + np.arange(2)
    return estimator.score(time, np.where(rows % 7 == 3, np.nan, signals))


CASES = (
    Case(
        SoftFailure,
        _fit,
        lambda e: e.score(*line(seed=2)[:2]),
        lambda e: e.score(np.empty(0), np.empty((0, 2))),
        _missing,
        _unusual,
        _early,
    ),
)
