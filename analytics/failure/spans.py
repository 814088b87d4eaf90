"""Rows of telemetry, and the spans of the horizon in which a failure may come."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.failure.forest import Forest

STEPS = (0.125, 0.25, 0.5, 1.0)
"""Ends of the spans in which a failure may come, as shares of the horizon."""

# One row in this many is kept from the trees, for the calibration and the limit of novelty.
_HELD_OUT = 3
# Share of the values that the second copy of the training data lacks.
_MASKED = 0.3
_SURE = 1e-4
# Rows of each class by which novelty is learned, at the most.
_DRAWN = 5000


def middle(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the median of each column; 0 for one of which nothing is known."""
    return np.asarray(np.nanmedian(np.where(np.isfinite(rows).any(axis=0), rows, 0.0), axis=0))


def spans_of(remaining_s: NDArray[np.float64], horizon_s: float) -> NDArray[np.int64]:
    """Return the span in which each failure comes; the one after all others where none does."""
    ahead = np.nan_to_num(remaining_s, nan=np.inf)
    return np.asarray(np.searchsorted(np.array(STEPS) * horizon_s, ahead))


def held_out(count: int, units: NDArray[Any] | None) -> NDArray[np.bool_]:
    """Return which rows the trees do not learn from: every third, or all of every third unit."""
    if units is None:
        return np.asarray(np.arange(count) % _HELD_OUT == _HELD_OUT - 1)
    _, number = np.unique(units, return_inverse=True)
    return np.asarray(number % _HELD_OUT == _HELD_OUT - 1)


def twice(rows: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.float64]:
    """Return the rows and a copy with holes, so that a missing value is nothing new."""
    return np.vstack([rows, np.where(random.random(rows.shape) < _MASKED, np.nan, rows)])


def balanced(
    rows: NDArray[np.float64],
    failing: NDArray[np.bool_],
    part: NDArray[np.bool_],
    random: np.random.Generator,
) -> NDArray[np.float64]:
    """Return as many rows of a part that fail as that do not, drawn from it."""
    classes = [np.flatnonzero(part & each) for each in (failing, ~failing)]
    size = min(_DRAWN, max(map(len, classes)))
    return np.asarray(rows[np.concatenate([random.choice(each, size) for each in classes])])


def all_spans(forest: Forest, classes: NDArray[np.int64]) -> Forest:
    """Return the forest with a vote for every span, also one in which nothing failed."""
    value = np.zeros((len(forest.value), len(STEPS) + 1))
    value[:, classes] = forest.value
    return Forest(forest.roots, forest.feature, forest.threshold, forest.left, forest.right, value)


def log_odds(votes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the log odds of failing within the horizon, by the votes for each span."""
    failing = np.clip(1 - votes[:, -1], _SURE, 1 - _SURE)
    return np.asarray(np.log(failing / (1 - failing)))


def median_share(votes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the median of when a failure comes, as a share of the horizon, if it comes in it."""
    spans = votes[:, :-1] + _SURE
    reached = np.cumsum(spans, axis=1) / spans.sum(axis=1, keepdims=True)
    at = (reached >= 0.5).argmax(axis=1)
    every = np.arange(len(votes))
    before = np.where(at > 0, reached[every, at - 1], 0.0)
    within = (0.5 - before) / (reached[every, at] - before)
    ends = np.array((0.0, *STEPS))
    return np.asarray(ends[at] + within * (ends[at + 1] - ends[at]))
