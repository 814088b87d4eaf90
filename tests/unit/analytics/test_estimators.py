"""One contract for every estimator: the constructor stores, fit returns self, high is unusual."""

import importlib
import inspect
import pkgutil
from typing import Any

import numpy as np
import pytest

from analytics.estimator import NotFitted
from tests.unit.analytics import cases
from tests.unit.analytics.cases import Case

CASES: list[Case] = [
    case
    for module in pkgutil.iter_modules(cases.__path__)
    for case in importlib.import_module(f"{cases.__name__}.{module.name}").CASES
]
# Arguments under which everything that a clock or a random number decides is decided the same.
_RANDOM = ("rng", "random_state", "generator")


@pytest.fixture(params=CASES, ids=lambda case: case.kind.__name__)
def case(request: pytest.FixtureRequest) -> Case:
    return request.param


def arguments(estimator: Any) -> dict[str, Any]:
    return {
        name: getattr(estimator, name) for name in inspect.signature(type(estimator)).parameters
    }


def test_the_constructor_stores_its_arguments(case: Case) -> None:
    names = inspect.signature(case.kind).parameters
    values = {name: each.default for name, each in names.items()}
    assert inspect.Parameter.empty not in values.values(), "every argument has a default"
    assert arguments(case.kind(**values)) == values


def test_fit_returns_the_estimator_and_keeps_its_arguments(case: Case) -> None:
    estimator = case.kind()
    before = arguments(estimator)
    assert case.fit(estimator) is estimator
    assert arguments(estimator) == before
    assert any(name.endswith("_") and not name.startswith("_") for name in vars(estimator))


def test_the_unit_of_the_answer_is_stated(case: Case) -> None:
    assert isinstance(case.kind.unit, str)
    assert case.kind.unit


def test_chance_is_called_seed(case: Case) -> None:
    assert not set(inspect.signature(case.kind).parameters) & set(_RANDOM)


def test_the_same_learning_gives_the_same_answers(case: Case) -> None:
    once, again = (np.asarray(case.ask(case.fit(case.kind()))) for _ in range(2))
    np.testing.assert_array_equal(once, again)


def test_an_estimator_that_has_not_learned_says_so(case: Case) -> None:
    if not case.needs_fit:
        pytest.skip("it knows enough without")
    with pytest.raises(NotFitted, match="has not learned yet"):
        case.ask(case.kind())


def test_what_is_unusual_scores_high(case: Case) -> None:
    if case.unusual is None:
        pytest.skip("it does not score")
    unusual, usual = case.unusual(case.fit(case.kind()))
    assert np.min(unusual) > np.max(usual)


def test_an_online_answer_does_not_depend_on_what_comes_later(case: Case) -> None:
    if case.early is None:
        pytest.skip("it is not online")
    early, whole = case.early(case.fit(case.kind()))
    np.testing.assert_allclose(early, whole)
