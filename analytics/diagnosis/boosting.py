"""Boosted trees on several classes as plain data, out of the ensembles of the link's model."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import GradientBoostingClassifier

from analytics.failure.trees import TREES_SCHEMA, Ensemble, Tree
from forerunner.errors import InvalidData
from forerunner.schema import check

_ENSEMBLE: Mapping[str, Any] = {
    "type": "object",
    "properties": {"base": {"type": "number"}, "trees": TREES_SCHEMA},
    "required": ["base", "trees"],
    "additionalProperties": False,
}
BOOSTING_SCHEMA: Mapping[str, Any] = {"type": "array", "items": _ENSEMBLE, "minItems": 1}


@dataclass(frozen=True)
class Boosting:
    """Scores every class by an ensemble of its own, or two classes by one.

    Attributes:
        ensembles: One a class, in their order; for two classes the second one's alone.

    Source: J. Friedman, "Greedy function approximation: a gradient boosting machine" (2001).
    """

    ensembles: tuple[Ensemble, ...]

    @classmethod
    def learn(
        cls, rows: NDArray[np.float64], labels: NDArray[np.int64], rounds: int, seed: int
    ) -> Self:
        """Return the boosted trees of rows, shape (rows, columns), and their classes, 0 and up."""
        estimator = GradientBoostingClassifier(
            n_estimators=rounds,
            max_depth=5,
            learning_rate=0.1,
            subsample=0.7,
            max_features=0.1,
            random_state=seed,
        )
        estimator.fit(rows, labels)
        return cls(Ensemble.by_class(estimator))

    @property
    def rounds(self) -> int:
        """Return how many trees each class has."""
        return len(self.ensembles[0].trees)

    def probabilities(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the probability of each class, shape (rows, classes)."""
        scores = [each.score(rows) for each in self.ensembles]
        if len(scores) == 1:
            scores.insert(0, np.zeros(len(rows)))
        table = np.column_stack(scores)
        power = np.exp(table - table.max(axis=1, keepdims=True))
        return np.asarray(power / power.sum(axis=1, keepdims=True))

    def state(self) -> list[dict[str, Any]]:
        """Return the ensembles as JSON data."""
        # Through JSON once, so that a tuple is a list here as it is when read back.
        whole: list[dict[str, Any]] = json.loads(json.dumps([asdict(x) for x in self.ensembles]))
        return whole

    @classmethod
    def from_state(cls, state: Any, source: str, columns: int, classes: int) -> Self:
        """Return boosted trees from JSON data.

        Raises:
            InvalidData: They are not for that many classes, or a way down does not end.
        """
        check(state, BOOSTING_SCHEMA, source)
        if len(state) != (1 if classes == 2 else classes):
            raise InvalidData(source, "boosting", f"is not of {classes} classes; train again")
        ensembles = []
        for at, each in enumerate(state):
            trees = tuple(Tree(**tree) for tree in each["trees"])
            if not all(tree.closed() and max(tree.feature) < columns for tree in trees):
                raise InvalidData(source, f"boosting[{at}]", "leads nowhere; train again")
            ensembles.append(Ensemble(each["base"], trees))
        return cls(tuple(ensembles))
