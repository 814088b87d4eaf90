"""A forest of voting trees as plain arrays: no pickle, any number of classes, and explained."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from forerunner.errors import InvalidData
from forerunner.schema import check

_INDICES = {"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 1}
_NUMBERS = {"type": "array", "items": {"type": "number"}, "minItems": 1}
_FIELDS = {
    "roots": _INDICES,
    "feature": _INDICES,
    "threshold": _NUMBERS,
    "left": _INDICES,
    "right": _INDICES,
    "value": {"type": "array", "items": _NUMBERS, "minItems": 1},
}
FOREST_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": _FIELDS,
    "required": list(_FIELDS),
    "additionalProperties": False,
}
# Shares of votes are kept to this many digits: far finer than any vote, and half the file.
_DIGITS = 6


@dataclass(frozen=True)
class Forest:
    """Trees whose votes are averaged; all their nodes in common arrays.

    Attributes:
        roots: Where each tree begins, shape (trees,).
        feature: Column that a node asks for, shape (nodes,); 0 at a leaf.
        threshold: Values up to it go left.
        left: Node to the left; a leaf leads to itself.
        right: Node to the right; a leaf leads to itself.
        value: Share of each class at the node, shape (nodes, classes).

    Source: L. Breiman, "Random forests" (2001).
    """

    roots: NDArray[np.int64]
    feature: NDArray[np.int64]
    threshold: NDArray[np.float64]
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    value: NDArray[np.float64]

    @classmethod
    def from_estimator(cls, estimator: Any) -> Self:
        """Take the trees out of a fitted scikit-learn forest of classifiers."""
        trees = [each.tree_ for each in estimator.estimators_]
        roots = np.concatenate(([0], np.cumsum([tree.node_count for tree in trees])[:-1]))
        own = np.arange(sum(tree.node_count for tree in trees))

        def joined(name: str) -> NDArray[Any]:
            return np.concatenate([getattr(tree, name) for tree in trees])

        def children(name: str) -> NDArray[np.int64]:
            begin = np.repeat(roots, [tree.node_count for tree in trees])
            child = joined(name)
            return np.asarray(np.where(child < 0, own, child + begin), np.int64)

        leaf = joined("children_left") < 0
        value = np.concatenate([tree.value[:, 0, :] for tree in trees])
        return cls(
            roots.astype(np.int64),
            np.where(leaf, 0, joined("feature")).astype(np.int64),
            np.where(leaf, 0.0, joined("threshold")),
            children("children_left"),
            children("children_right"),
            np.round(value / value.sum(axis=1, keepdims=True), _DIGITS),
        )

    def probabilities(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the share of votes, shape (rows, classes).

        Args:
            rows: Shape (rows, columns); every value known.
        """
        # scikit-learn compares in single precision.
        narrow = rows.astype(np.float32)
        every = np.arange(len(rows))
        total = np.zeros((len(rows), self.value.shape[1]))
        for root in self.roots:
            node = np.full(len(rows), root)
            while (self.left[node] != node).any():
                node = self._next(node, narrow[every, self.feature[node]])
            total += self.value[node]
        return total / len(self.roots)

    def contributions(self, row: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what each column adds to each class's share, shape (columns, classes).

        A column is credited with the change wherever a tree asks for it.

        Source: A. Saabas, "Interpreting random forests" (2014).
        """
        narrow = row.astype(np.float32)
        added = np.zeros((len(row), self.value.shape[1]))
        node = self.roots
        while (inner := self.left[node] != node).any():
            column = self.feature[node]
            child = self._next(node, narrow[column])
            change = self.value[child] - self.value[node]
            np.add.at(added, column[inner], change[inner])
            node = child
        return added / len(self.roots)

    def _next(self, node: NDArray[np.int64], value: NDArray[np.float32]) -> NDArray[np.int64]:
        return np.where(value <= self.threshold[node], self.left[node], self.right[node])

    @cached_property
    def columns(self) -> int:
        """Return how many columns a row needs at the least."""
        return int(self.feature.max()) + 1

    def state(self) -> dict[str, Any]:
        """Return the forest as JSON data."""
        return {name: getattr(self, name).tolist() for name in _FIELDS}

    @classmethod
    def from_state(cls, state: Any, source: str, columns: int, classes: int) -> Self:
        """Return a forest from JSON data.

        Args:
            state: What `state` gave; it may come from outside.
            source: Where it comes from, for the message.
            columns: How many columns its rows have.
            classes: How many classes it votes on.

        Raises:
            InvalidData: It is no forest of that shape, or a way down does not end.
        """
        check(state, FOREST_SCHEMA, source)
        size = len(state["feature"])
        if any(len(state[name]) != size for name in ("threshold", "left", "right", "value")):
            raise InvalidData(source, "trees", "its arrays differ in length; train again")
        if any(len(row) != classes for row in state["value"]):
            raise InvalidData(source, "trees.value", f"is not of {classes} classes; train again")
        wide = ("threshold", "value")
        kinds: dict[str, Any] = {x: np.float64 if x in wide else np.int64 for x in _FIELDS}
        arrays: dict[str, Any] = {name: np.array(state[name], kinds[name]) for name in _FIELDS}
        forest = cls(**arrays)
        if not forest._closed(columns):
            raise InvalidData(source, "trees", "leads nowhere; train again")
        return forest

    def _closed(self, columns: int) -> bool:
        """Return whether every way down ends: what a file from outside may not promise."""
        own = np.arange(len(self.feature))
        leaf = (self.left == own) & (self.right == own)
        down = (self.left > own) & (self.right > own)
        inside = (self.left < len(own)) & (self.right < len(own))
        starts = self.roots.max() < len(own)
        return bool(((leaf | down) & inside).all() and starts and self.columns <= columns)
