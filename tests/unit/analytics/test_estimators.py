"""One contract for every estimator: the constructor stores, fit returns self, high is unusual."""

import inspect
from typing import Any

import numpy as np
import pytest

from analytics.anomaly import CappedCusum
from analytics.failure.examples import benign_case, fault_case, gather
from analytics.failure.features import extract
from analytics.failure.model import LinkFailureModel


def fit_cusum(estimator: CappedCusum) -> Any:
    series = benign_case(1, length_s=600).series
    return estimator.fit(series.lost, series.total)


def fit_failure(estimator: LinkFailureModel) -> Any:
    learn = gather(["sawtooth"], range(4), range(1))
    return estimator.fit(learn, learn)


ESTIMATORS = {
    CappedCusum: (fit_cusum, lambda e, series: e.score(series.lost, series.total)),
    LinkFailureModel: (fit_failure, lambda e, series: e.score(extract(series))),
}


@pytest.fixture(params=list(ESTIMATORS), ids=lambda kind: kind.__name__)
def kind(request: pytest.FixtureRequest) -> type:
    return request.param


def test_the_constructor_stores_its_arguments(kind: type) -> None:
    names = inspect.signature(kind).parameters
    values = {name: each.default for name, each in names.items()}
    estimator = kind(**values)
    assert {name: getattr(estimator, name) for name in names} == values


def test_fit_returns_the_estimator_and_keeps_its_arguments(kind: type) -> None:
    fit, _ = ESTIMATORS[kind]
    estimator = kind()
    before = {name: getattr(estimator, name) for name in inspect.signature(kind).parameters}
    assert fit(estimator) is estimator
    after = {name: getattr(estimator, name) for name in before}
    assert after == before
    assert any(name.endswith("_") and not name.startswith("_") for name in vars(estimator))


def test_a_failing_link_scores_higher_than_a_healthy_one(kind: type) -> None:
    fit, score = ESTIMATORS[kind]
    estimator = fit(kind())
    healthy = score(estimator, benign_case(2, length_s=600).series)
    fault = fault_case("linear", 2)
    failing = score(estimator, fault.series)[: round(fault.schedule.fault_at_s * 10)]
    assert failing[-20:].min() > np.quantile(healthy, 0.99)


def test_a_score_does_not_depend_on_what_comes_later(kind: type) -> None:
    fit, score = ESTIMATORS[kind]
    estimator = fit(kind())
    series = fault_case("sawtooth", 9).series
    early = type(series)(*(column[:500] for column in vars(series).values()))
    np.testing.assert_allclose(score(estimator, early), score(estimator, series)[:500])
