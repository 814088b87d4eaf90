"""Telling bursts of loss from steady loss, and how close together bursts are.

A single burst is harmless and would drown the steady loss that is not, so the two are counted
apart: an interval belongs to a burst when any three in a row that it is part of lose an eighth
of their packets or more. That is known two intervals later.
"""

from collections import deque

import numpy as np
from numpy.typing import NDArray

_REST = 10  # intervals without high loss after which the next high one starts a new burst
_MEMORY = 600  # intervals that a burst is remembered for: 60 s
_RECENT = 300  # intervals that the closeness of two bursts counts for: 30 s
_MOST = 4
_ROW = 3  # intervals in a row that a burst is told by
_LAG = _ROW - 1


class Steady:
    """Sets the steady loss apart from bursts, interval by interval, two intervals late.

    Attributes:
        burst: Whether the last three intervals lose so much (a fifth) that no steady loss that
            is still harmless could have done it by chance.
    """

    def __init__(self) -> None:
        self.burst = False
        self._seen: deque[tuple[int, int]] = deque([(0, 0)] * _ROW, maxlen=_ROW)
        self._since_high = _ROW

    def update(self, lost: int, total: int) -> tuple[int, int, int]:
        """Take in one interval's packets.

        Returns:
            Of the interval two before: packets lost and sent, both 0 when it was part of a
            burst; and 1 when it was, else 0.
        """
        self._seen.append((lost, total))
        (early_lost, early_total), (_, _), (_, _) = self._seen
        row_lost = sum(pair[0] for pair in self._seen)
        row_total = sum(pair[1] for pair in self._seen)
        self.burst = row_lost > 0 and 5 * row_lost >= row_total
        high = row_lost > 0 and 8 * row_lost >= row_total
        self._since_high = 0 if high else self._since_high + 1
        if self._since_high < _ROW:
            return 0, 0, 1
        return early_lost, early_total, 0


def steady_signals(
    lost: NDArray[np.int64], total: NDArray[np.int64]
) -> tuple[NDArray[np.bool_], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return `Steady.burst` and what `Steady.update` gives for every interval; O(n)."""
    row_lost, row_total = _row(lost), _row(total)
    high = (row_lost > 0) & (8 * row_lost >= row_total)
    burst = _row(high.astype(np.int64)) > 0
    calm = (~burst).astype(np.int64)
    clear = (row_lost > 0) & (5 * row_lost >= row_total)
    return clear, _late(lost) * calm, _late(total) * calm, burst.astype(np.int64)


def _row(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the sum of each value and the two before it."""
    return np.convolve(values, np.ones(_ROW, dtype=np.int64))[: len(values)]


def _late(values: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate((np.zeros(_LAG, dtype=np.int64), values))[: len(values)]


class Bursts:
    """Counts bursts, interval by interval."""

    def __init__(self) -> None:
        self._now = -1
        self._last_burst = -_MEMORY
        self._starts: deque[int] = deque(maxlen=_MOST)

    def update(self, burst: bool) -> tuple[float, float]:
        """Take in whether there is a burst just now.

        Returns:
            Bursts that began within 60 s, at most 4; and how close the last two began, from
            0 (60 s or more, or the last is 30 s ago) to 1.
        """
        self._now += 1
        if burst:
            if self._now - self._last_burst > _REST:
                self._starts.append(self._now)
            self._last_burst = self._now
        count = sum(self._now - start < _MEMORY for start in self._starts)
        return float(count), self._closeness()

    def _closeness(self) -> float:
        if len(self._starts) < 2 or self._now - self._starts[-1] >= _RECENT:
            return 0.0
        return max(0.0, 1 - (self._starts[-1] - self._starts[-2]) / _MEMORY)


def burst_features(burst: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what `Bursts.update` gives for every interval of a series; O(n)."""
    index = np.arange(len(burst))
    within = np.flatnonzero(burst)
    rested = np.diff(within, prepend=-_MEMORY) > _REST
    starts = within[rested]
    begun = np.searchsorted(starts, index, side="right")
    recent = begun - np.searchsorted(starts, index - _MEMORY, side="right")
    gaps = np.diff(starts, prepend=-_MEMORY)
    last = np.maximum(0, begun - 1)
    if not len(starts):
        return np.zeros(len(burst)), np.zeros(len(burst))
    counted = (begun >= 2) & (index - starts[last] < _RECENT)
    closeness = np.where(counted, np.maximum(0.0, 1 - gaps[last] / _MEMORY), 0.0)
    return np.minimum(_MOST, recent).astype(np.float64), closeness
