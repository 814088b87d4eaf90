"""What every detector that takes one value at a time has in common."""

from abc import ABC, abstractmethod
from copy import copy
from math import isfinite
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray


class Online(ABC):
    """Takes in a series value by value; what is not finite is a gap, scores 0 and teaches nothing.

    Attributes:
        seen_: How many values were taken in.
    """

    unit: ClassVar[str]

    def __init__(self) -> None:
        self.reset()

    def fit(self, values: NDArray[np.float64]) -> Self:
        """Forget the past and take in values, the oldest first; O(n)."""
        self.reset()
        for each in values:
            self.update(float(each))
        return self

    def reset(self) -> Self:
        """Forget every value."""
        self.seen_ = 0
        self._begin()
        return self

    def update(self, value: float) -> float:
        """Take in a value and return the score after it."""
        if not isfinite(value):
            return self._gap()
        self.seen_ += 1
        return self._take(value)

    def score(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the score after each value, from a standing start."""
        other = copy(self).reset()
        return np.asarray([other.update(float(each)) for each in values], dtype=np.float64)

    @abstractmethod
    def _begin(self) -> None:
        """Stand as before the first value."""

    @abstractmethod
    def _take(self, value: float) -> float:
        """Take in a finite value and return the score."""

    def _gap(self) -> float:
        """Let one value's time pass and return the score."""
        return 0.0
