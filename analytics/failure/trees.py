"""A boosted ensemble of small trees as plain data: no pickle, and fast for a single row."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

_NUMBERS = {"type": "array", "items": {"type": "number"}, "minItems": 1}
_INDICES = {"type": "array", "items": {"type": "integer", "minimum": -2}, "minItems": 1}
TREES_SCHEMA: Mapping[str, Any] = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "properties": {
            "feature": _INDICES,
            "threshold": _NUMBERS,
            "left": _INDICES,
            "right": _INDICES,
            "value": _NUMBERS,
        },
        "required": ["feature", "threshold", "left", "right", "value"],
        "additionalProperties": False,
    },
}


@dataclass(frozen=True)
class Tree:
    """A binary tree; node 0 is the root and children stand behind their parents.

    Attributes:
        feature: Column that a node asks for; negative at a leaf.
        threshold: Values up to it go left.
        left: Node to the left; negative at a leaf.
        right: Node to the right; negative at a leaf.
        value: What the ensemble expects at the node, in log odds, scaled by the learning rate.
    """

    feature: Sequence[int]
    threshold: Sequence[float]
    left: Sequence[int]
    right: Sequence[int]
    value: Sequence[float]

    @cached_property
    def arrays(self) -> tuple[NDArray[Any], ...]:
        """Return feature, threshold, left, right and value as arrays; a leaf leads to itself."""
        own = np.arange(len(self.feature))
        leaf = np.array(self.left) < 0
        return (
            np.maximum(0, self.feature),
            np.where(leaf, np.inf, self.threshold),
            np.where(leaf, own, self.left),
            np.where(leaf, own, self.right),
            np.array(self.value),
        )

    def depth(self) -> int:
        """Return the number of questions on the longest way down."""
        depths = [0] * len(self.feature)
        for node, (left, right) in enumerate(zip(self.left, self.right, strict=True)):
            if left >= 0:
                depths[left] = depths[right] = depths[node] + 1
        return max(depths)

    def closed(self) -> bool:
        """Return whether every way down ends: what a file from outside may not promise."""
        size = len(self.feature)
        columns = (self.threshold, self.left, self.right, self.value)
        if any(len(column) != size for column in columns):
            return False
        return all(
            (left < 0 and right < 0 and column < 0)
            or (node < left < size and node < right < size and column >= 0)
            for node, (left, right, column) in enumerate(
                zip(self.left, self.right, self.feature, strict=True)
            )
        )


@dataclass(frozen=True)
class Ensemble:
    """A sum of trees.

    Attributes:
        base: Log odds before any tree.
        trees: The trees.
    """

    base: float
    trees: tuple[Tree, ...]

    @classmethod
    def from_estimator(cls, estimator: Any) -> Self:
        """Take the trees out of a fitted scikit-learn `GradientBoostingClassifier`, binary."""
        prior = float(estimator.init_.class_prior_[1])
        trees = tuple(
            _convert(each.tree_, estimator.learning_rate) for each in estimator.estimators_[:, 0]
        )
        return cls(float(np.log(prior / (1 - prior))), trees)

    @classmethod
    def by_class(cls, estimator: Any) -> tuple[Self, ...]:
        """Take an ensemble for every class out of a fitted `GradientBoostingClassifier`.

        Each gives the logarithm of its class's chance, up to what is common to all; of two
        classes there is the second one's alone, in log odds.
        """
        if estimator.n_classes_ == 2:
            return (cls.from_estimator(estimator),)
        prior = np.log(estimator.init_.class_prior_)
        return tuple(
            cls(float(base), tuple(_convert(each.tree_, estimator.learning_rate) for each in trees))
            for base, trees in zip(prior, estimator.estimators_.T, strict=True)
        )

    def score(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the log odds of every row."""
        # scikit-learn compares in single precision.
        narrow = rows.astype(np.float32)
        total = np.full(len(rows), self.base)
        every = np.arange(len(rows))
        for tree in self.trees:
            feature, threshold, left, right, value = tree.arrays
            node = np.zeros(len(rows), dtype=np.int64)
            for _ in range(tree.depth()):
                goes_left = narrow[every, feature[node]] <= threshold[node]
                node = np.where(goes_left, left[node], right[node])
            total += value[node]
        return total

    def score_row(self, row: Sequence[float]) -> float:
        """Return the log odds of one row; some microseconds."""
        narrow = array("f", row)
        total = self.base
        for tree in self.trees:
            feature, threshold, left, right = tree.feature, tree.threshold, tree.left, tree.right
            node = 0
            while (column := feature[node]) >= 0:
                node = left[node] if narrow[column] <= threshold[node] else right[node]
            total += tree.value[node]
        return total

    def contributions(self, row: Sequence[float]) -> list[float]:
        """Return what each column adds to the log odds of one row, beside the usual.

        A column is credited with the change of the expected value wherever a tree asks for it;
        base, the trees' roots and these add up to the score.

        Source: A. Saabas, "Interpreting random forests" (2014).
        """
        narrow = array("f", row)
        added = [0.0] * len(row)
        for tree in self.trees:
            node = 0
            while (column := tree.feature[node]) >= 0:
                left = narrow[column] <= tree.threshold[node]
                child = tree.left[node] if left else tree.right[node]
                added[column] += tree.value[child] - tree.value[node]
                node = child
        return added


def _convert(tree: Any, rate: float) -> Tree:
    left, right = tree.children_left.tolist(), tree.children_right.tolist()
    value = (tree.value[:, 0, 0] * rate).tolist()
    weight = tree.weighted_n_node_samples
    # Only the leaves hold log odds; a node above is expected to give what its leaves do.
    for node in range(len(left) - 1, -1, -1):
        one, two = left[node], right[node]
        if one >= 0:
            both = weight[one] + weight[two]
            value[node] = float((value[one] * weight[one] + value[two] * weight[two]) / both)
    return Tree(tree.feature.tolist(), tree.threshold.tolist(), left, right, value)
