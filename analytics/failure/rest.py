"""What is lost beside the worst half second of late.

Harmless bursts of half a second are a minute apart, so a window of some seconds holds one at
most. Whatever was lost beside its worst half second is no such burst: it is steady loss, or
part of a second burst.
"""

from collections import deque
from collections.abc import Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

WINDOWS = (10, 20, 40, 80, 250)  # intervals
ROW = 6  # intervals that a burst of half a second touches at most


class Worst:
    """Finds the worst half second of late, interval by interval.

    Args:
        windows: How many intervals of late, one answer each.
    """

    def __init__(self, windows: Sequence[int] = WINDOWS) -> None:
        self._windows = windows
        self._row: deque[int] = deque([0] * ROW, maxlen=ROW)
        self._sum = 0
        # Of each window the rows that no later one outdoes, as (index, packets).
        self._best: tuple[deque[tuple[int, int]], ...] = tuple(deque() for _ in windows)
        self._now = -1

    def update(self, lost: int) -> tuple[int, ...]:
        """Take in one interval's lost packets; return the worst row's of every window."""
        self._now += 1
        self._sum += lost - self._row[0]
        self._row.append(lost)
        pairs = zip(self._best, self._windows, strict=True)
        return tuple(self._highest(best, window) for best, window in pairs)

    def _highest(self, best: deque[tuple[int, int]], window: int) -> int:
        """Return the highest sum of a sliding window; constant time on average."""
        while best and best[-1][1] <= self._sum:
            best.pop()
        best.append((self._now, self._sum))
        if best[0][0] <= self._now - (window - ROW + 1):
            best.popleft()
        return best[0][1]


def worst_rows(
    lost: NDArray[np.int64], windows: Sequence[int] = WINDOWS
) -> tuple[NDArray[np.int64], ...]:
    """Return what `Worst.update` gives for every interval of a series; O(n)."""
    sums = np.convolve(lost, np.ones(ROW, dtype=np.int64))[: len(lost)]
    return tuple(_highest(sums, window - ROW + 1) for window in windows)


def _highest(sums: NDArray[np.int64], width: int) -> NDArray[np.int64]:
    padded = np.concatenate((np.zeros(width - 1, dtype=np.int64), sums))
    return np.asarray(sliding_window_view(padded, width).max(axis=1))
