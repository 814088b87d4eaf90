"""Cases that neither model has learned from, and how each model does on them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.failure.examples import (
    Examples,
    benign_case,
    benign_examples,
    fault_case,
    fault_examples,
)
from analytics.failure.model import LinkFailureModel
from analytics.renewal.recorded import Stretch
from forerunner.degradation import TEST_KINDS

_FAULTS, _HOURS, _BINS = 10, 10, 10
_FIRST, _APART = 5_000_000, 1000


@dataclass(frozen=True)
class Marks:
    """How a model did.

    Attributes:
        losses: Brier score of each case.
        gap: Mean gap between probability and frequency over all of them, 0 to 1.
    """

    losses: NDArray[np.float64]
    gap: float


def cases(recorded: Iterable[Stretch], turn: int) -> list[Examples]:
    """Return faults of kinds that are never learned from, benign hours, and recorded time.

    Args:
        recorded: The newest, of which neither model has seen anything.
        turn: How many comparisons were made before; each draws faults and hours of its own, so
            that a rule which is applied again and again does not fit itself to one draw.
    """
    first = _FIRST + turn * _APART
    kinds = [kind for kind in TEST_KINDS if kind != "flapping"]
    found = [
        fault_examples(fault_case(kind, seed))
        for kind in kinds
        for seed in range(first, first + _FAULTS)
    ]
    hours = range(first + _FAULTS, first + _FAULTS + _HOURS)
    found += [benign_examples(benign_case(seed).series) for seed in hours]
    seen = [benign_examples(each.series, each.healthy) for each in recorded]
    return [*found, *(each for each in seen if len(each.rows))]


def marks(model: LinkFailureModel, some: Sequence[Examples]) -> Marks:
    """Return how a model does on cases."""
    said = [model.predict(each.rows) for each in some]
    losses = [
        np.average((probability - each.failing) ** 2, weights=each.weight)
        for probability, each in zip(said, some, strict=True)
    ]
    happened, weight = (
        np.concatenate([getattr(each, name) for each in some]) for name in ("failing", "weight")
    )
    return Marks(np.array(losses), _gap(np.concatenate(said), happened, weight))


def _gap(
    said: NDArray[np.float64], happened: NDArray[np.bool_], weight: NDArray[np.float64]
) -> float:
    bins = np.minimum((said * _BINS).astype(int), _BINS - 1)
    gaps = np.bincount(bins, weights=weight * (happened - said), minlength=_BINS)
    return float(np.abs(gaps).sum() / weight.sum())
