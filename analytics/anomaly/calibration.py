"""From a detector's own score to how rare that score has been, without looking ahead."""

from math import log10

from analytics.anomaly.online import Online
from analytics.anomaly.window import SortedWindow


class TailRank(Online):
    """Rarity of a score among those before it, in decades: 2 is one in a hundred.

    Scores of different detectors are of different units and tails; their rarities can be added.
    Memory and time of one update do not grow beyond `memory`.

    Args:
        memory: How many of the latest scores are remembered.

    Source: A. Lavin, S. Ahmad, "Evaluating real-time anomaly detection algorithms" (2015), for
    the likelihood of a score in place of the score.
    """

    unit = "decades"

    def __init__(self, memory: int = 4096) -> None:
        self.memory = memory
        super().__init__()

    def _begin(self) -> None:
        self._scores = SortedWindow(self.memory)

    def _take(self, value: float) -> float:
        count = len(self._scores)
        rarer = 1 + count - self._scores.below(value)
        self._scores.push(value)
        return -log10(rarer / (1 + count))
