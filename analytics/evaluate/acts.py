"""When a policy would have acted on a history of probabilities."""

import numpy as np
from numpy.typing import NDArray

from analytics.decide import Policy, Trigger


def acts(probability: NDArray[np.float64], policy: Policy, step_s: float) -> list[int]:
    """Return the indices at which a `Trigger` of the policy fires, O(n).

    Args:
        probability: One value per step, 0 to 1.
        policy: Thresholds and cooldown.
        step_s: Seconds between values.
    """
    trigger = Trigger(policy)
    high = probability >= policy.act_probability
    low = probability < policy.clear_probability
    # Only these can move the trigger; the many values that repeat the one before cannot.
    moves = high.copy()
    moves[0] = True
    moves[1:] |= low[1:] & ~low[:-1]
    return [
        int(index)
        for index in np.flatnonzero(moves)
        if trigger.update(float(index) * step_s, float(probability[index]))
    ]
