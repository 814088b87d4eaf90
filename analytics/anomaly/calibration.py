"""From a detector's own score to how rare that score has been, without looking ahead."""

from math import log10
from typing import Self

import numpy as np
from numpy.typing import NDArray

from analytics.anomaly.window import SortedWindow


class TailRank:
    """Rarity of a score among those before it, in decades: 2 is one in a hundred.

    Scores of different detectors are of different units and tails; their rarities can be added.
    Memory and time of one update do not grow beyond `memory`.

    Args:
        memory: How many of the latest scores are remembered.

    Attributes:
        seen_: How many scores were taken in.

    Source: A. Lavin, S. Ahmad, "Evaluating real-time anomaly detection algorithms" (2015), for
    the likelihood of a score in place of the score.
    """

    unit = "decades"

    def __init__(self, memory: int = 4096) -> None:
        self.memory = memory
        self.reset()

    def fit(self, scores: NDArray[np.float64]) -> Self:
        """Forget the past and take in scores, the oldest first; those not finite are left out."""
        self.reset()
        for each in scores:
            self.update(float(each))
        return self

    def reset(self) -> Self:
        """Forget every score."""
        self.seen_ = 0
        self._scores = SortedWindow(self.memory)
        return self

    def update(self, score: float) -> float:
        """Return how rare a score is among those before it, and remember it.

        One that is not finite is not rare, and is not remembered.
        """
        if not np.isfinite(score):
            return 0.0
        count = len(self._scores)
        rarer = 1 + count - self._scores.below(score)
        self._scores.push(score)
        self.seen_ += 1
        return -log10(rarer / (1 + count))

    def score(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the rarity of each score, from a standing start; O(n log memory)."""
        other = TailRank(self.memory)
        return np.asarray([other.update(float(each)) for each in scores], dtype=np.float64)
