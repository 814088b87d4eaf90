"""Whether the level or the spread of a series has moved."""

from collections import deque
from math import log

from analytics.anomaly.online import Online
from analytics.anomaly.window import SortedWindow


class LevelChange(Online):
    """Distance between the level of the latest values and of those before, in usual spreads.

    Args:
        short: Values that are the latest.
        long: Values before them that they are compared with.
    """

    unit = "spreads"

    def __init__(self, short: int = 24, long: int = 600) -> None:
        self.short = short
        self.long = long
        super().__init__()

    def _begin(self) -> None:
        self._new = SortedWindow(self.short)
        self._old = SortedWindow(self.long)
        self._between: deque[float] = deque()

    def _take(self, value: float) -> float:
        self._new.push(value)
        self._between.append(value)
        if len(self._between) > self.short:
            self._old.push(self._between.popleft())
        if len(self._old) < self.short:
            return 0.0
        old = self._old.quantile(0.5)
        spread = self._old.quantile(0.75) - self._old.quantile(0.25)
        wide = self._old.quantile(0.98) - self._old.quantile(0.02)
        scale = spread or wide or 1e-9 + abs(old) * 1e-3
        moved = abs(self._new.quantile(0.5) - old) / scale
        inner = self._new.quantile(0.9) - self._new.quantile(0.1)
        return moved + abs(log((inner + scale) / (wide + scale)))
