"""Estimators of failures and of their causes."""

from typing import Any

import numpy as np

from analytics.diagnosis.model import AlarmDiagnosis
from analytics.failure.risk import FailureRisk
from tests.unit.analytics.cases import Case

ALARMS = tuple(f"alarm{number}" for number in range(8))
CAUSES = ("cable", "power", "radio")


def alarms(count: int = 150, seed: int = 1) -> tuple[Any, list[str]]:
    """Return windows of alarms: each cause has two of its own, and some come by chance."""
    random = np.random.default_rng(seed)
    causes = random.integers(len(CAUSES), size=count)
    seconds = np.where(random.random((count, 8)) < 0.05, random.integers(1, 900, (count, 8)), 0)
    for at, cause in enumerate(causes):
        seconds[at, 2 * cause] = random.integers(500, 900)
        seconds[at, 2 * cause + 1] = random.integers(100, 900)
    return seconds.astype(float), [CAUSES[each] for each in causes]


def ageing(count: int = 600, seed: int = 1) -> tuple[Any, Any, Any]:
    """Return telemetry of units that wear out, the seconds that remain, and which unit it is of."""
    random = np.random.default_rng(seed)
    unit = np.arange(count) // 20
    fails = unit % 2 == 0
    remaining = np.where(fails, (20 - np.arange(count) % 20) * 300.0, np.inf)
    wear = np.where(fails, 1 / (1 + remaining / 1500.0), 0.05)
    rows = np.column_stack(
        [wear + random.normal(0, 0.05, count), random.normal(0, 1, count), wear * 5]
    )
    return rows, remaining, unit


def _fit_diagnosis(estimator: Any) -> Any:
    seconds, causes = alarms()
    estimator.trees, estimator.rounds, kept = 20, 5, (estimator.trees, estimator.rounds)
    fitted = estimator.fit(seconds, causes, ALARMS)
    estimator.trees, estimator.rounds = kept
    return fitted


def _fit_risk(estimator: Any) -> Any:
    rows, remaining, unit = ageing()
    return estimator.fit(rows, remaining, ("wear", "noise", "heat"), unit)


def _strange(estimator: Any) -> Any:
    usual, _ = alarms(30, 2)
    return estimator.score(np.ones((1, 8)) * 450.0), np.quantile(estimator.score(usual), 0.9)


def _worn(estimator: Any) -> Any:
    rows, remaining, _ = ageing(seed=3)
    score = estimator.score(rows)
    return score[remaining <= 600].min(), np.quantile(score[np.isinf(remaining)], 0.95)


def _holed(rows: Any) -> Any:
    return np.where(np.arange(rows.size).reshape(rows.shape) % 5 == 3, np.nan, rows)


CASES = (
    Case(
        AlarmDiagnosis,
        _fit_diagnosis,
        lambda e: e.predict_probabilities(alarms(20, 2)[0]),
        lambda e: e.predict_probabilities(np.empty((0, 8))),
        lambda e: e.predict_probabilities(_holed(alarms(20, 2)[0])),
        _strange,
    ),
    Case(
        FailureRisk,
        _fit_risk,
        lambda e: e.predict(ageing(60, 2)[0]),
        lambda e: e.predict(np.empty((0, 3))),
        lambda e: e.score(_holed(ageing(60, 2)[0])),
        _worn,
    ),
)
