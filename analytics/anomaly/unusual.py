"""How unusual a series is lately: three looks at it, each as rare as it has been, in one score."""

from math import exp, nan

from analytics.anomaly.calibration import TailRank
from analytics.anomaly.level import LevelChange
from analytics.anomaly.online import Online
from analytics.anomaly.residual import Residual
from analytics.anomaly.subsequence import NearestStretch

_MEMORY = 16_384


class Unusual(Online):
    """Mean rarity of a value, of a level and of a course, its peak fading over `hold` samples.

    A value far off, a level that has moved and a course never seen before are faults of different
    kinds, and each detector is blind for the others'. Made into rarities their scores can be
    added. A fault lasts longer than the sample that shows it most; hence the peak that fades, in
    gaps as well.

    Args:
        hold: Samples within which a peak falls to 37%; 0 for the rarity of the moment.
        period: Samples of a season; 0 for none.
    """

    unit = "decades"

    def __init__(self, hold: int = 300, period: int = 0) -> None:
        self.hold = hold
        self.period = period
        super().__init__()

    def _begin(self) -> None:
        self._peak = 0.0
        self._detectors: tuple[Online, ...] = (
            Residual(period=self.period),
            NearestStretch(),
            LevelChange(),
        )
        self._ranks = tuple(TailRank(_MEMORY) for _ in self._detectors)

    def _take(self, value: float) -> float:
        looks = zip(self._detectors, self._ranks, strict=True)
        rare = sum(rank.update(each.update(value)) for each, rank in looks)
        self._peak = max(self._faded(), rare / len(self._ranks))
        return self._peak

    def _gap(self) -> float:
        for each in self._detectors:
            each.update(nan)
        self._peak = self._faded()
        return self._peak

    def _faded(self) -> float:
        return self._peak * exp(-1 / self.hold) if self.hold else 0.0
