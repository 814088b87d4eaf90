"""One contract for every estimator: the constructor stores, fit returns self, high is unusual."""

import importlib
import inspect
import pickle
import pkgutil
import random
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from functools import cache
from typing import Any

import numpy as np
import pytest

import analytics
from analytics.estimator import NotFitted
from forerunner.errors import ForerunnerError
from tests.unit.analytics import cases
from tests.unit.analytics.cases import Case

CASES: list[Case] = [
    case
    for module in pkgutil.iter_modules(cases.__path__)
    for case in importlib.import_module(f"{cases.__name__}.{module.name}").CASES
]
# Arguments under which everything that a clock or a random number decides is decided the same.
_RANDOM = ("rng", "random_state", "generator")


def estimators() -> Iterator[type]:
    """Yield every class of the head that states a unit."""
    for each in pkgutil.walk_packages(analytics.__path__, "analytics."):
        module = importlib.import_module(each.name)
        for kind in vars(module).values():
            if isinstance(kind, type) and kind.__module__ == each.name and "unit" in vars(kind):
                yield kind


def test_every_estimator_has_a_case() -> None:
    without = set(estimators()) - {case.kind for case in CASES}
    assert not without, "add them to tests/unit/analytics/cases"


@pytest.fixture(params=CASES, ids=lambda case: case.kind.__name__)
def case(request: pytest.FixtureRequest) -> Case:
    return request.param


@cache
def _learned(kind: type) -> Any:
    (case,) = (each for each in CASES if each.kind is kind)
    return case.fit(kind())


@pytest.fixture
def learned(case: Case) -> Any:
    """An estimator that has learned, for tests that only ask it; it learns once."""
    return deepcopy(_learned(case.kind))


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
    names = set(inspect.signature(case.kind).parameters)
    assert not names & set(_RANDOM)
    assert ("seed" in names) == ("self.seed" in inspect.getsource(case.kind)), "stored and used"


def test_nothing_is_drawn_but_by_a_seed(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    seeded = np.random.default_rng

    def drawn(seed: int | None = None) -> np.random.Generator:
        assert seed is not None, "whatever is random takes a seed"
        return seeded(seed)

    monkeypatch.setattr(np.random, "default_rng", drawn)
    before = (random.getstate(), pickle.dumps(np.random.get_state()))
    case.ask(case.fit(case.kind()))
    assert (random.getstate(), pickle.dumps(np.random.get_state())) == before


def test_no_input_is_answered_by_no_number_or_refused(case: Case, learned: Any) -> None:
    with suppress(ForerunnerError):
        assert not np.isfinite(np.asarray(case.nothing(learned), float)).any()


def test_what_is_missing_is_answered_by_numbers_or_refused(case: Case, learned: Any) -> None:
    if case.missing is None:
        pytest.skip("its input holds no numbers")
    with suppress(ForerunnerError):
        answer = np.asarray(case.missing(learned), float)
        assert np.isfinite(answer).all()
        assert answer.size


def test_the_same_learning_gives_the_same_answers(case: Case, learned: Any) -> None:
    again = np.asarray(case.ask(case.fit(case.kind())))
    np.testing.assert_array_equal(np.asarray(case.ask(learned)), again)


def test_an_estimator_that_has_not_learned_says_so(case: Case) -> None:
    if not case.needs_fit:
        pytest.skip("it knows enough without")
    with pytest.raises(NotFitted, match="has not learned yet"):
        case.ask(case.kind())


def test_what_is_unusual_scores_high(case: Case, learned: Any) -> None:
    if case.unusual is None:
        pytest.skip("it does not score")
    unusual, usual = case.unusual(learned)
    assert np.min(unusual) > np.max(usual)


def test_an_online_answer_does_not_depend_on_what_comes_later(case: Case, learned: Any) -> None:
    if case.early is None:
        pytest.skip("it is not online")
    early, whole = case.early(learned)
    np.testing.assert_allclose(early, whole)
