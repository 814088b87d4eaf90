"""The cases of the contract test: one module for each room that has estimators.

A module lists `CASES`; tests/unit/analytics/test_estimators.py finds it by itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Case:
    """How the contract test drives one kind of estimator.

    Attributes:
        kind: The class.
        fit: Lets an estimator learn, and returns what `fit` returned.
        ask: Returns its answer, an array, to input that is the same each time.
        nothing: Returns its answer to input of no rows.
        missing: Returns its answer to input of which a part is NaN; None where input holds no
            numbers.
        unusual: Scores of input that is unusual, and of input that is usual; None where the
            estimator does not score.
        early: Two answers, to the beginning of a series alone and to the same stretch within the
            whole series; None where it is not online.
        needs_fit: Whether it refuses to answer before it has learned.
    """

    kind: type
    fit: Callable[[Any], Any]
    ask: Callable[[Any], Any]
    nothing: Callable[[Any], Any]
    missing: Callable[[Any], Any] | None
    unusual: Callable[[Any], tuple[Any, Any]] | None = None
    early: Callable[[Any], tuple[Any, Any]] | None = None
    needs_fit: bool = True
