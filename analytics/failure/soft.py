"""Soft failures of a line, told at its receiver: it still carries traffic, but worse."""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.metrics import f1_score
from sklearn.tree import DecisionTreeClassifier

from analytics.estimator import require_fitted
from analytics.failure.episodes import NAMES, memory
from analytics.failure.forest import FOREST_SCHEMA, Forest
from analytics.failure.novelty import NOVELTY_SCHEMA, Novelty
from forerunner.errors import InvalidData
from forerunner.schema import check

_SCHEMA_VERSION = 2
_NUMBER = {"type": "number"}
_NUMBERS = {"type": "array", "items": _NUMBER, "minItems": 1}
_FIELDS = {
    "schema": {"const": _SCHEMA_VERSION},
    "usual": _NUMBERS,
    "spread": {"type": "array", "items": {"type": "number", "exclusiveMinimum": 0}},
    "column": {"type": "integer", "minimum": 0},
    "bound": _NUMBER,
    "sign": {"enum": [-1.0, 1.0]},
    "threshold": {"type": "number", "minimum": 0, "maximum": 1},
    "remember": {"type": "boolean"},
    "trees": FOREST_SCHEMA,
    "novelty": NOVELTY_SCHEMA,
}
_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": _FIELDS,
    "required": list(_FIELDS),
    "additionalProperties": False,
}
_LAGS = (0, 1, 2)
_THRESHOLDS = (0.35, 0.4, 0.45, 0.5, 0.55)
_FOLDS, _BEFORE = 4, 60
# One sample in this many only fixes from where on one is unlike all that was learned from.
_HELD_OUT = 3
_Pairs = list[NDArray[np.float64]]


class SoftFailure:
    """Gives the probability that a line is failing softly, sample by sample, online.

    Args:
        trees: How many trees.
        leaf: Samples at a leaf at the least.
        remember: Whether earlier episodes count: how long they took and what clock they kept.
        within: Share of held-out samples that must pass as like those of training.
        seed: Of the trees, and of which samples are kept to compare with.

    Attributes:
        usual_: Median of each signal, which stands for one that is not known yet.
        spread_: Standard deviation of each; everything below is counted in it.
        column_: The signal that tells degraded from healthy best.
        bound_: Where it does.
        sign_: 1 where degraded is above the bound, -1 below.
        forest_: The trees.
        threshold_: Probability from which `predict` says failing.
        novelty_: Distance of what is heard to all that was heard in training.

    Source: P. Geurts, D. Ernst and L. Wehenkel, "Extremely randomized trees" (2006).
    """

    unit: ClassVar[str] = "probability of a soft failure now"

    def __init__(
        self,
        trees: int = 150,
        leaf: int = 3,
        remember: bool = True,
        within: float = 0.999,
        seed: int = 1,
    ) -> None:
        self.trees = trees
        self.leaf = leaf
        self.remember = remember
        self.within = within
        self.seed = seed

    def fit(
        self, time_s: NDArray[np.float64], signals: NDArray[np.float64], failing: NDArray[np.bool_]
    ) -> Self:
        """Learn from one line's past.

        Args:
            time_s: Seconds, in order.
            signals: As BER and OSNR, shape (samples, signals); where NaN, the last known stands.
            failing: Whether each sample is in a soft failure.

        Raises:
            InvalidData: The shapes differ, or there are fewer than four failures.
        """
        onsets = _check_data(time_s, signals, failing)
        known = np.where(np.isfinite(signals).any(axis=0), signals, 0.0)
        self.usual_ = np.nanmedian(known, axis=0)
        self.spread_ = np.maximum(np.nanstd(known, axis=0), np.finfo(np.float64).tiny)
        self._find_bound(self._scaled(signals), failing)
        self.novelty_ = self._usual_sounds(self._heard(signals))
        # Learned with the clock and without, so that losing it costs no more than the clock.
        pairs = [self._rows(time_s, signals, clock) for clock in (True, False)]
        self.threshold_ = self._choose_threshold(pairs, failing, onsets)
        self.forest_ = self._learn(pairs, failing)
        return self

    def score(
        self, time_s: NDArray[np.float64], signals: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the probability of a soft failure at each sample; none looks ahead.

        Args:
            time_s: Seconds, in order. To go on where training ended, begin some episodes earlier.
            signals: As in `fit`.
        """
        require_fitted(self, "forest_")
        return self.forest_.probabilities(self._rows(time_s, signals))[:, 1]

    def predict(
        self, time_s: NDArray[np.float64], signals: NDArray[np.float64]
    ) -> NDArray[np.bool_]:
        """Return whether each sample is in a soft failure."""
        return np.asarray(self.score(time_s, signals) > self.threshold_)

    def abstains(self, signals: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return at which samples its answer is not to be acted on.

        Nothing is heard there, or something that is unlike all that it has learned from.

        Args:
            signals: As in `fit`.
        """
        require_fitted(self, "novelty_")
        return self.novelty_.unlike(self._heard(signals))

    def state(self) -> dict[str, Any]:
        """Return what was learned as JSON data."""
        require_fitted(self, "forest_")
        return {
            "schema": _SCHEMA_VERSION,
            "usual": self.usual_.tolist(),
            "spread": self.spread_.tolist(),
            "column": self.column_,
            "bound": self.bound_,
            "sign": self.sign_,
            "threshold": self.threshold_,
            "remember": self.remember,
            "trees": self.forest_.state(),
            "novelty": self.novelty_.state(),
        }

    @classmethod
    def from_state(cls, state: Any, source: str = "state") -> Self:
        """Return the estimator that gave a state.

        Raises:
            InvalidData: It is no state of this version; names the field.
        """
        check(state, _SCHEMA, source)
        signals, remember = len(state["usual"]), state["remember"]
        if state["column"] >= signals or len(state["spread"]) != signals:
            raise InvalidData(source, "usual", f"is not of {signals} signals; train again")
        columns = signals * len(_LAGS) + (len(NAMES) if remember else 0)
        forest = Forest.from_state(state["trees"], source, columns, 2)
        model = cls(len(forest.roots), remember=remember)
        model.novelty_ = Novelty.from_state(state["novelty"], source, signals)
        model.forest_, model.usual_ = forest, np.array(state["usual"], np.float64)
        model.spread_ = np.array(state["spread"], np.float64)
        model.column_, model.bound_ = state["column"], float(state["bound"])
        model.sign_, model.threshold_ = float(state["sign"]), float(state["threshold"])
        return model

    def _heard(self, signals: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the signals in their own spreads: a BER is too small a number as it is."""
        return np.asarray((signals - self.usual_) / self.spread_)

    def _usual_sounds(self, heard: NDArray[np.float64]) -> Novelty:
        held = np.arange(len(heard)) % _HELD_OUT == _HELD_OUT - 1
        return Novelty.learn(heard[~held], heard[held], self.within, self.seed)

    def _scaled(self, signals: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the signals in their own spreads, with the last known value in each gap."""
        known = np.isfinite(signals)
        at = np.where(known, np.arange(len(signals))[:, None], -1)
        last = np.maximum.accumulate(at, axis=0)
        held = np.take_along_axis(self._heard(signals), np.maximum(last, 0), axis=0)
        return np.asarray(np.where(last >= 0, held, 0.0))

    def _find_bound(self, scaled: NDArray[np.float64], failing: NDArray[np.bool_]) -> None:
        stump = DecisionTreeClassifier(max_depth=1, class_weight="balanced", random_state=self.seed)
        tree = stump.fit(scaled, failing).tree_
        self.column_, self.bound_ = max(0, int(tree.feature[0])), float(tree.threshold[0])
        above = scaled[:, self.column_] > self.bound_
        rises = above[failing].mean() >= above[~failing].mean()
        self.sign_ = 1.0 if rises else -1.0

    def _rows(
        self, time_s: NDArray[np.float64], signals: NDArray[np.float64], clock: bool = True
    ) -> NDArray[np.float64]:
        scaled = self._scaled(signals)
        first = np.arange(len(scaled))
        parts = [scaled[np.maximum(0, first - lag)] for lag in _LAGS]
        if self.remember:
            depth = self.sign_ * scaled[:, self.column_]
            parts.append(memory(time_s, depth, depth > self.sign_ * self.bound_, clock))
        return np.column_stack(parts)

    def _learn(self, pairs: _Pairs, failing: NDArray[np.bool_]) -> Forest:
        forest = ExtraTreesClassifier(
            self.trees, min_samples_leaf=self.leaf, max_features=0.8, random_state=self.seed
        )
        return Forest.from_estimator(forest.fit(np.vstack(pairs), np.tile(failing, len(pairs))))

    def _choose_threshold(
        self, pairs: _Pairs, failing: NDArray[np.bool_], onsets: NDArray[np.int64]
    ) -> float:
        """Return the best threshold on failures left out in blocks, what is before them learned."""
        cuts = [block[0] - _BEFORE for block in np.array_split(onsets, _FOLDS)]
        block = np.digitize(np.arange(len(failing)), np.maximum(0, cuts))
        chances = np.zeros(len(failing))
        for each in range(1, _FOLDS + 1):
            out = block == each
            forest = self._learn([rows[~out] for rows in pairs], failing[~out])
            chances[out] = forest.probabilities(pairs[0][out])[:, 1]
        judged = block > 0
        marks = [f1_score(failing[judged], chances[judged] > each) for each in _THRESHOLDS]
        return _THRESHOLDS[int(np.argmax(marks))]


def _check_data(time_s: Any, signals: Any, failing: Any) -> NDArray[np.int64]:
    if signals.ndim != 2 or not len(time_s) == len(signals) == len(failing):
        problem = f"is of shape {signals.shape}; it must be a row for each of {len(time_s)} times"
        raise InvalidData("signals", "shape", problem)
    if (np.diff(time_s) < 0).any():
        raise InvalidData("time_s", "", "goes back; sort the samples by time")
    onsets = np.flatnonzero(np.diff(failing.astype(np.int8), prepend=0) == 1)
    if len(onsets) < _FOLDS:
        problem = f"has {len(onsets)} failures; {_FOLDS} or more are needed, give a longer past"
        raise InvalidData("failing", "", problem)
    return onsets
