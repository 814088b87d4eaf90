"""The detectors of a link that is about to fail."""

from typing import Any

import numpy as np

from analytics.anomaly import CappedCusum
from analytics.failure.examples import benign_case, fault_case, gather
from analytics.failure.features import extract
from analytics.failure.model import LinkFailureModel
from tests.unit.analytics.cases import Case


def _case(kind: type, fit: Any, score: Any, needs_fit: bool) -> Case:
    def ask(estimator: Any) -> Any:
        return score(estimator, benign_case(2, length_s=600).series)

    def unusual(estimator: Any) -> Any:
        fault = fault_case("linear", 2)
        failing = score(estimator, fault.series)[: round(fault.schedule.fault_at_s * 10)]
        return failing[-20:], np.quantile(ask(estimator), 0.99)

    def early(estimator: Any) -> Any:
        series = fault_case("sawtooth", 9).series
        beginning = type(series)(*(column[:500] for column in vars(series).values()))
        return score(estimator, beginning), score(estimator, series)[:500]

    def nothing(estimator: Any) -> Any:
        series = benign_case(2, length_s=600).series
        none = type(series)(*(column[:0] for column in vars(series).values()))
        return score(estimator, none)

    def missing(estimator: Any) -> Any:
        series = benign_case(2, length_s=600).series
        columns = vars(series) | {"rtt_s": np.where(series.lost > 0, np.nan, series.rtt_s)}
        return score(estimator, type(series)(**columns))

    return Case(kind, fit, ask, nothing, missing, unusual, early, needs_fit)


def _fit_cusum(estimator: CappedCusum) -> Any:
    series = benign_case(1, length_s=600).series
    return estimator.fit(series.lost, series.total)


def _fit_failure(estimator: LinkFailureModel) -> Any:
    learn = gather(["sawtooth"], range(4), range(1))
    return estimator.fit(learn, learn)


CASES = (
    _case(CappedCusum, _fit_cusum, lambda e, x: e.score(x.lost, x.total), needs_fit=False),
    _case(LinkFailureModel, _fit_failure, lambda e, x: e.score(extract(x)), needs_fit=True),
)
