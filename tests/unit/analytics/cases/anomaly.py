"""The detectors of what is unusual, and what makes their scores comparable."""

from typing import Any

import numpy as np

from analytics.anomaly import RareChange, TailRank, Unusual
from tests.unit.analytics.cases import Case

_USUAL = np.random.default_rng(1).normal(size=400)


def _unusual(estimator: Any) -> Any:
    whole = estimator.score(np.append(_USUAL, 30.0))
    return whole[-1:], np.quantile(whole[:-1], 0.95)


def _early(estimator: Any) -> Any:
    return estimator.score(_USUAL[:200]), estimator.score(_USUAL)[:200]


_POLLS = [("states", str(at % 2), {"state": "up", "octets": at}) for at in range(100)]


def _of_rows(estimator: Any, rows: Any) -> Any:
    found = [estimator.update(*row) for row in rows]
    return np.array([each[0].score if each else 0.0 for each in found])


def _changed(estimator: Any) -> Any:
    scores = _of_rows(estimator, [*_POLLS, ("states", "1", {"state": "down"})])
    return scores[-1:], scores[:-1]


def _early_rows(estimator: Any) -> Any:
    rows = [*_POLLS, ("states", "1", {"state": "down"})] * 2
    early = _of_rows(type(estimator)(), rows[:150])
    return early, _of_rows(type(estimator)(), rows)[:150]


CASES = (
    Case(
        Unusual,
        lambda estimator: estimator.fit(_USUAL),
        lambda estimator: estimator.score(_USUAL),
        _unusual,
        _early,
        needs_fit=False,
    ),
    Case(
        RareChange,
        lambda estimator: estimator.fit(_POLLS),
        lambda estimator: _of_rows(estimator, _POLLS),
        _changed,
        _early_rows,
        needs_fit=False,
    ),
    Case(
        TailRank,
        lambda estimator: estimator.fit(_USUAL),
        lambda estimator: estimator.score(_USUAL),
        _unusual,
        _early,
        needs_fit=False,
    ),
)
