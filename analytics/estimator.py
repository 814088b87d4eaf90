"""What every estimator of the head has in common."""

from typing import Any, ClassVar, Protocol, Self

from forerunner.errors import ForerunnerError


class NotFitted(ForerunnerError):
    """An estimator was asked before it had learned."""


class Estimator(Protocol):
    """Learns from arrays or tables, and answers from what it learned.

    The constructor stores its arguments under their own names and does nothing else that can be
    seen; `fit` returns the estimator and leaves those arguments alone; what was learned ends in
    `_`; whatever is random takes a `seed`. A score is high where something is unusual. Where an
    answer has a unit, `unit` states it.

    One test holds all of that: tests/unit/analytics/test_estimators.py, a case for each.

    Source: L. Buitinck et al., "API design for machine learning software" (2013).
    """

    unit: ClassVar[str]

    def fit(self, *data: Any) -> Self:
        """Learn, and return the estimator."""
        ...


def require_fitted(estimator: object, *learned: str) -> None:
    """Refuse an estimator that lacks an attribute which `fit` sets.

    Raises:
        NotFitted: It has not learned yet.
    """
    missing = [name for name in learned if not hasattr(estimator, name)]
    if missing:
        name = type(estimator).__name__
        raise NotFitted(f"{name} has not learned yet ({missing[0]} is missing); call fit or load")
