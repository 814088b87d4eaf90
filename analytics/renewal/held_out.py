"""Cases that neither model has learned from, and how each model does on them."""

from collections.abc import Iterable, Sequence

import numpy as np

from analytics.calibration import calibration_gap
from analytics.failure.examples import (
    Examples,
    benign_case,
    benign_examples,
    fault_case,
    fault_examples,
)
from analytics.failure.model import LinkFailureModel
from analytics.registry.compare import Marks
from analytics.renewal.recorded import Stretch
from forerunner.degradation import TRAINING_KINDS

_FAULTS, _HOURS = 10, 10
_FIRST, _APART = 5_000_000, 1000


def cases(recorded: Iterable[Stretch], turn: int) -> list[Examples]:
    """Return faults and benign hours of seeds that are never learned from, and recorded time.

    The faults are of the kinds that are learned from: what chooses between models must not be what
    they are measured by in the end, or the kinds that nothing has seen would be seen here.

    Args:
        recorded: The newest, of which neither model has seen anything.
        turn: How many comparisons were made before; each draws faults and hours of its own, so
            that a rule which is applied again and again does not fit itself to one draw.
    """
    first = _FIRST + turn * _APART
    found = [
        fault_examples(fault_case(kind, seed))
        for kind in TRAINING_KINDS
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
    return Marks(np.array(losses), calibration_gap(np.concatenate(said), happened, weight))
