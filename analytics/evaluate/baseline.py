"""The baseline: one capped CUSUM on all loss, nothing learned but its shape and threshold."""

import numpy as np
from numpy.typing import NDArray

from analytics.anomaly import CappedCusum
from analytics.failure.series import ProbeSeries

# In nats: 0.07 acts an hour on 300 benign training hours (25 would give 0.08). Of 48 shapes, the
# one that loses least on the training kinds at such a threshold.
THRESHOLD = 26.0
_SHAPE = {"healthy_loss": 0.01, "failing_loss": 0.05, "cap": 4.0}


def cusum_probability(series: ProbeSeries, act_probability: float) -> NDArray[np.float64]:
    """Return the score of every interval, scaled to reach `act_probability` at the threshold.

    Args:
        series: Probe results of one link.
        act_probability: From which the policy acts.
    """
    score = CappedCusum(**_SHAPE).score(series.lost, series.total)
    return np.asarray(np.minimum(1.0, act_probability * score / THRESHOLD))
