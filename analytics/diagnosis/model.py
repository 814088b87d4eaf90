"""The root-cause class of a set of alarms: voting and boosted trees, mixed and calibrated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import f1_score, log_loss
from sklearn.model_selection import StratifiedKFold

from analytics.diagnosis.alarms import TOGETHER, by_alarm, features
from analytics.diagnosis.boosting import BOOSTING_SCHEMA, Boosting
from analytics.estimator import require_fitted
from analytics.failure.forest import FOREST_SCHEMA, Forest
from analytics.failure.novelty import NOVELTY_SCHEMA, Novelty
from forerunner.errors import InvalidData
from forerunner.schema import check

_SCHEMA_VERSION = 1
_NAMES = {"type": "array", "items": {"type": "string"}, "minItems": 1, "uniqueItems": True}
_FIELDS = {
    "schema": {"const": _SCHEMA_VERSION},
    "alarms": _NAMES,
    "causes": {**_NAMES, "minItems": 2},
    "mix": {"type": "number", "minimum": 0, "maximum": 1},
    "sharpness": {"type": "number", "exclusiveMinimum": 0},
    "forest": FOREST_SCHEMA,
    "boosting": BOOSTING_SCHEMA,
    "novelty": NOVELTY_SCHEMA,
}
_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": _FIELDS,
    "required": list(_FIELDS),
    "additionalProperties": False,
}
Part = tuple[NDArray[np.int64], NDArray[np.int64]]
_MIXES = (0.3, 0.5, 0.7)
_SHARPNESS = np.geomspace(0.5, 3.0, 16)
FOLDS = 3
"""Windows of each class that a model needs at the least."""
_LEAST = 1e-6
_ALL = "all alarms: " + ", ".join(TOGETHER)


@dataclass(frozen=True)
class Diagnosis:
    """The cause behind one set of alarms.

    Attributes:
        cause: The likeliest class.
        probabilities: Of every class, together 1.
        evidence: What spoke for the class most: alarm and how much it added to its share of votes.
        novelty: How unlike the training data, 0 alike.
        abstained: Whether it is too unlike them for the answer to be acted on.
    """

    cause: str
    probabilities: Mapping[str, float]
    evidence: Mapping[str, float]
    novelty: float
    abstained: bool


class AlarmDiagnosis:
    """Tells the class of the root cause from how long each alarm was active in a window.

    Args:
        trees: Trees that vote.
        rounds: Rounds of boosting, a tree a class each.
        within: Share of held-out sets that must pass as like the training data.
        seed: Of the trees and of the inner folds.

    Attributes:
        alarms_: Names of the alarms.
        causes_: The classes, sorted.
        mix_: Share of the voting trees in the answer, chosen on inner folds by macro-F1.
        sharpness_: Power that calibrates the mixture, chosen on the same folds by log loss.
    """

    unit: ClassVar[str] = "probability of each class"

    def __init__(
        self, trees: int = 200, rounds: int = 100, within: float = 0.99, seed: int = 1
    ) -> None:
        self.trees = trees
        self.rounds = rounds
        self.within = within
        self.seed = seed

    def fit(
        self, seconds: NDArray[np.float64], causes: Sequence[str], alarms: Sequence[str]
    ) -> Self:
        """Learn from windows whose cause is known.

        Args:
            seconds: Seconds that each alarm was active, shape (windows, alarms).
            causes: The class of each window.
            alarms: Names of the alarms.

        Raises:
            InvalidData: The shapes differ, or a class has fewer than three windows.
        """
        names, labels, counts = np.unique(causes, return_inverse=True, return_counts=True)
        _check_data(seconds, causes, alarms, names, counts)
        self.alarms_, self.causes_ = tuple(alarms), tuple(map(str, names))
        rows = features(seconds)
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=self.seed)
        parts = list(folds.split(rows, labels))
        self._choose(rows, labels, parts)
        self.forest_, self.boosting_ = self._learn(rows, labels)
        active, (learn, judge) = (seconds > 0).astype(np.float64), parts[0]
        self.novelty_ = Novelty.learn(active[learn], active[judge], self.within, self.seed)
        return self

    def predict_probabilities(self, seconds: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the probability of every class, shape (windows, classes)."""
        require_fitted(self, "forest_")
        rows = features(seconds)
        votes, boosted = self.forest_.probabilities(rows), self.boosting_.probabilities(rows)
        return _sharpened(_mixed(votes, boosted, self.mix_), self.sharpness_)

    def predict(self, seconds: NDArray[np.float64]) -> NDArray[np.str_]:
        """Return the likeliest class of each window; it never abstains, `diagnose` does."""
        best = self.predict_probabilities(seconds).argmax(axis=1)
        return np.asarray(np.array(self.causes_)[best])

    def score(self, seconds: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how unlike the training data each window's alarms are; high is unusual."""
        require_fitted(self, "novelty_")
        return self.novelty_.score((seconds > 0).astype(np.float64))

    def diagnose(self, seconds: NDArray[np.float64], most: int = 5) -> Diagnosis:
        """Return the diagnosis of one window.

        Args:
            seconds: Shape (1, alarms), as `analytics.diagnosis.alarms.row` returns.
            most: How many alarms are named at the most.
        """
        chances = self.predict_probabilities(seconds)[0]
        best = int(chances.argmax())
        columns = self.forest_.contributions(features(seconds)[0])[:, best]
        added = by_alarm(columns, len(self.alarms_))
        ranked = sorted(zip((*self.alarms_, _ALL), added, strict=True), key=lambda pair: -pair[1])
        novelty = float(self.score(seconds)[0])
        return Diagnosis(
            self.causes_[best],
            {name: float(chance) for name, chance in zip(self.causes_, chances, strict=True)},
            {name: round(float(value), 3) for name, value in ranked[:most] if value > 0},
            novelty,
            novelty > self.novelty_.limit or not seconds.any(),
        )

    def state(self) -> dict[str, Any]:
        """Return what was learned as JSON data."""
        require_fitted(self, "forest_")
        return {
            "schema": _SCHEMA_VERSION,
            "alarms": list(self.alarms_),
            "causes": list(self.causes_),
            "mix": self.mix_,
            "sharpness": self.sharpness_,
            "forest": self.forest_.state(),
            "boosting": self.boosting_.state(),
            "novelty": self.novelty_.state(),
        }

    @classmethod
    def from_state(cls, state: Any, source: str = "state") -> Self:
        """Return the estimator that gave a state.

        Raises:
            InvalidData: It is no state of this version; names the field.
        """
        check(state, _SCHEMA, source)
        alarms, causes = len(state["alarms"]), len(state["causes"])
        columns = 2 * alarms + len(TOGETHER)
        forest = Forest.from_state(state["forest"], source, columns, causes)
        boosting = Boosting.from_state(state["boosting"], source, columns, causes)
        model = cls(len(forest.roots), boosting.rounds)
        model.alarms_, model.causes_ = tuple(state["alarms"]), tuple(state["causes"])
        model.mix_, model.sharpness_ = float(state["mix"]), float(state["sharpness"])
        model.forest_, model.boosting_ = forest, boosting
        model.novelty_ = Novelty.from_state(state["novelty"], source, alarms)
        return model

    def _learn(
        self, rows: NDArray[np.float64], labels: NDArray[np.int64]
    ) -> tuple[Forest, Boosting]:
        forest = RandomForestClassifier(self.trees, max_features=0.15, random_state=self.seed)
        boosting = Boosting.learn(rows, labels, self.rounds, self.seed)
        return Forest.from_estimator(forest.fit(rows, labels)), boosting

    def _choose(
        self, rows: NDArray[np.float64], labels: NDArray[np.int64], parts: Sequence[Part]
    ) -> None:
        """Choose the mix and its sharpness by answers for windows that were held out."""
        votes, boosted = (np.zeros((len(labels), len(self.causes_))) for _ in range(2))
        for learn, judge in parts:
            forest, boosting = self._learn(rows[learn], labels[learn])
            votes[judge] = forest.probabilities(rows[judge])
            boosted[judge] = boosting.probabilities(rows[judge])

        def macro_f1(mix: float) -> float:
            answers = _mixed(votes, boosted, mix).argmax(axis=1)
            return float(f1_score(labels, answers, average="macro"))

        self.mix_ = max(_MIXES, key=lambda mix: (macro_f1(mix), -abs(mix - 0.5)))
        mixed = _mixed(votes, boosted, self.mix_)
        losses = [log_loss(labels, _sharpened(mixed, power)) for power in _SHARPNESS]
        self.sharpness_ = float(_SHARPNESS[int(np.argmin(losses))])


def _mixed(
    votes: NDArray[np.float64], boosted: NDArray[np.float64], mix: float
) -> NDArray[np.float64]:
    return mix * votes + (1 - mix) * boosted


def _sharpened(chances: NDArray[np.float64], power: float) -> NDArray[np.float64]:
    raised = np.maximum(chances, _LEAST) ** power
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def _check_data(seconds: Any, causes: Any, alarms: Any, names: Any, counts: Any) -> None:
    if seconds.ndim != 2 or seconds.shape != (len(causes), len(alarms)):
        problem = f"is of shape {seconds.shape}; it must be {len(causes)} by {len(alarms)}"
        raise InvalidData("seconds", "shape", problem)
    if len(names) < 2 or counts.min() < FOLDS:
        problem = f"needs two classes or more, each with {FOLDS} windows or more; add some"
        raise InvalidData("causes", "", problem)
