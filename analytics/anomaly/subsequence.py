"""How unlike everything before it the latest stretch of a series is."""

import math

import numpy as np
from numpy.typing import NDArray

from analytics.anomaly.online import Online


class NearestStretch(Online):
    """Distance of the latest stretch to the `neighbours`-th nearest of the stretches before it.

    The left matrix profile, one value at a time; a stretch that overlaps the latest is no
    neighbour. Normalised, only the shape counts; else the level too, in units of the spread.

    Args:
        length: Values of a stretch.
        memory: Stretches that are remembered.
        normalised: Whether each stretch is freed of its mean and spread.
        neighbours: Which nearest one counts.

    Source: C.-C. M. Yeh et al., "Matrix Profile I" (2016); left discords, DAMP (2022).
    """

    unit = "Euclidean distance"

    def __init__(
        self, length: int = 24, memory: int = 1500, normalised: bool = False, neighbours: int = 3
    ) -> None:
        self.length = length
        self.memory = memory
        self.normalised = normalised
        self.neighbours = neighbours
        super().__init__()

    def _begin(self) -> None:
        self._known = np.zeros((self.memory, self.length))
        self._squares = np.full(self.memory, np.inf)
        self._latest: list[float] = []
        self._waiting: list[NDArray[np.float64]] = []
        self._count = 0

    def _take(self, value: float) -> float:
        self._latest = [*self._latest[-self.length + 1 :], value]
        if len(self._latest) < self.length:
            return 0.0
        stretch = self._form(np.array(self._latest))
        distance = self._distance(stretch)
        self._waiting.append(stretch)
        if len(self._waiting) > self.length:
            self._keep(self._waiting.pop(0))
        return distance

    def _form(self, stretch: NDArray[np.float64]) -> NDArray[np.float64]:
        if not self.normalised:
            return stretch
        centred = stretch - stretch.mean()
        spread = float(np.sqrt(centred @ centred / self.length))
        flat = spread <= 1e-9 * (1 + abs(float(stretch[-1])))
        return np.asarray(centred * 0 if flat else centred / spread)

    def _distance(self, stretch: NDArray[np.float64]) -> float:
        count = min(self._count, self.memory)
        if count < self.neighbours:
            return 0.0
        squared = self._squares[:count] - 2 * (self._known[:count] @ stretch)
        nearest = np.partition(squared, self.neighbours - 1)[self.neighbours - 1]
        return math.sqrt(max(0.0, float(nearest + stretch @ stretch)))

    def _keep(self, stretch: NDArray[np.float64]) -> None:
        at = self._count % self.memory
        self._known[at] = stretch
        self._squares[at] = stretch @ stretch
        self._count += 1
