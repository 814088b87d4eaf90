"""How strongly the loss of late speaks for a failing link and against a noisy healthy one.

A window-limited sequential test: over each of some windows up to now, the log-likelihood ratio of
a failing share of loss against the most that a healthy link loses; the strongest window counts.
A harmless burst of half a second may lie in the window, so its worst half second speaks with no
more than `_CAP` nats: what it costs to suppose such a burst just there.

Source: T. L. Lai, "Sequential changepoint detection in quality control and dynamical systems",
J. R. Statist. Soc. B 57 (1995).
"""

import math
from collections.abc import Callable
from typing import Any

from analytics.failure.rest import ROW
from forerunner.degradation import BENIGN_NOISE

WINDOWS = (10, 15, 20, 30, 40, 60, 80)  # intervals
ALTERNATIVES = (0.01, 0.02, 0.05, 0.1)  # shares of loss
_CAP = 8.0  # nats
_GAINS = tuple((math.log(share / BENIGN_NOISE), share - BENIGN_NOISE) for share in ALTERNATIVES)

# Packets lost, packets sent and the packets lost in the worst half second, one for each window.
Counts = tuple[tuple[Any, Any, Any], ...]


def evidence(counts: Counts, maximum: Callable[[Any, Any], Any]) -> list[Any]:
    """Return the nats for each of `ALTERNATIVES`, 0 or more; for numbers or for arrays.

    Args:
        counts: What was counted over each of `WINDOWS`.
        maximum: The larger of two; that of numbers or of arrays.
    """
    return [_strongest(counts, maximum, per_lost, per_sent) for per_lost, per_sent in _GAINS]


def _strongest(
    counts: Counts, maximum: Callable[[Any, Any], Any], per_lost: float, per_sent: float
) -> Any:
    most: Any = 0.0
    for window, (lost, sent, worst) in zip(WINDOWS, counts, strict=True):
        # Packets are few among many, so their number is all but Poisson.
        burst = worst * per_lost - sent * (ROW / window) * per_sent
        nats = lost * per_lost - sent * per_sent - maximum(0.0, burst - _CAP)
        most = maximum(most, nats)
    return most
