"""How far a value lies from what a robust, seasonal expectation holds."""

from collections import deque
from math import isfinite, nan
from statistics import median

from analytics.anomaly.online import Online
from analytics.anomaly.window import SortedWindow


class Residual(Online):
    """Distance from the expected value in units of the usual distance.

    Expected is the median of the latest values or, once `cycles` of the season were seen, the
    median of the same time of those cycles. The usual distance is the median of past distances.

    Args:
        window: Values that the median and the usual distance stand on.
        period: Samples of a season; 0 for none.
        cycles: Seasons that are looked back on.
    """

    unit = "usual distances"

    def __init__(self, window: int = 300, period: int = 0, cycles: int = 4) -> None:
        self.window = window
        self.period = period
        self.cycles = cycles
        super().__init__()

    def _begin(self) -> None:
        self._values = SortedWindow(self.window)
        self._distances = SortedWindow(max(self.window, self.period))
        self._past: deque[float] = deque(maxlen=max(1, self.period * self.cycles))

    def _take(self, value: float) -> float:
        distance = 0.0 if len(self._values) < 2 else abs(value - self._expected())
        usual = self._distances.quantile(0.5)
        scale = usual or self._distances.quantile(0.9) or 1e-9 + abs(value) * 1e-3
        self._values.push(value)
        self._past.append(value)
        self._distances.push(distance)
        return distance / scale

    def _gap(self) -> float:
        # The season goes on while nothing is measured.
        self._past.append(nan)
        return 0.0

    def _expected(self) -> float:
        period, known = self.period, len(self._past)
        if not period or known < 2 * period:
            return self._values.quantile(0.5)
        cycles = (self._past[-period * at] for at in range(1, known // period + 1))
        same = [each for each in cycles if isfinite(each)]
        return median(same) if same else self._values.quantile(0.5)
