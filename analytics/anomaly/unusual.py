"""How unusual a series is lately: three looks at it, each as rare as it has been, in one score."""

from math import exp
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from analytics.anomaly.calibration import TailRank
from analytics.anomaly.level import LevelChange
from analytics.anomaly.residual import Residual
from analytics.anomaly.subsequence import NearestStretch

_MEMORY = 16_384


class _Online(Protocol):
    def update(self, value: float) -> float: ...


class Unusual:
    """Mean rarity of a value, of a level and of a course, its peak fading over `hold` samples.

    A value far off, a level that has moved and a course never seen before are faults of different
    kinds, and each detector is blind for the others'. Made into rarities their scores can be
    added. A fault lasts longer than the sample that shows it most; hence the peak that fades.

    Args:
        hold: Samples within which a peak falls to 37%; 0 for the rarity of the moment.
        period: Samples of a season; 0 for none.

    Attributes:
        seen_: How many values were taken in.
    """

    unit = "decades"

    def __init__(self, hold: int = 300, period: int = 0) -> None:
        self.hold = hold
        self.period = period
        self.reset()

    def fit(self, values: NDArray[np.float64]) -> Self:
        """Forget the past and take in values, the oldest first; those not finite are left out."""
        self.reset()
        for each in values:
            self.update(float(each))
        return self

    def reset(self) -> Self:
        """Forget every value."""
        self.seen_ = 0
        self._peak = 0.0
        self._detectors: tuple[_Online, ...] = (
            Residual(period=self.period),
            NearestStretch(),
            LevelChange(),
        )
        self._ranks = tuple(TailRank(_MEMORY) for _ in self._detectors)
        return self

    def update(self, value: float) -> float:
        """Take in a value and return the score after it; one not finite is a gap and only fades."""
        self._peak *= exp(-1 / self.hold) if self.hold else 0.0
        if np.isfinite(value):
            self.seen_ += 1
            looks = zip(self._detectors, self._ranks, strict=True)
            rare = sum(rank.update(each.update(value)) for each, rank in looks)
            self._peak = max(self._peak, rare / len(self._ranks))
        return self._peak

    def score(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the score after each value, from a standing start."""
        other = Unusual(self.hold, self.period)
        return np.asarray([other.update(float(each)) for each in values], dtype=np.float64)
