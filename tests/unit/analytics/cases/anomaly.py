"""The detectors of what is unusual, and what makes their scores comparable."""

from typing import Any

import numpy as np

from analytics.anomaly import TailRank
from tests.unit.analytics.cases import Case

_USUAL = np.random.default_rng(1).normal(size=400)


def _unusual(estimator: Any) -> Any:
    whole = estimator.score(np.append(_USUAL, 30.0))
    return whole[-1:], np.quantile(whole[:-1], 0.95)


def _early(estimator: Any) -> Any:
    return estimator.score(_USUAL[:200]), estimator.score(_USUAL)[:200]


CASES = (
    Case(
        TailRank,
        lambda estimator: estimator.fit(_USUAL),
        lambda estimator: estimator.score(_USUAL),
        _unusual,
        _early,
        needs_fit=False,
    ),
)
