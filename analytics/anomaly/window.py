"""The latest values of a series, kept in order, so that their quantiles cost next to nothing."""

from bisect import bisect_left, insort
from collections import deque


class SortedWindow:
    """The latest `size` values; a quantile is read off, one more value is a search and a shift.

    Args:
        size: How many values at the most.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._latest: deque[float] = deque()
        self._ordered: list[float] = []

    def __len__(self) -> int:
        return len(self._ordered)

    def push(self, value: float) -> None:
        """Take in a finite value; the oldest goes where there are too many."""
        insort(self._ordered, value)
        self._latest.append(value)
        if len(self._latest) > self._size:
            del self._ordered[bisect_left(self._ordered, self._latest.popleft())]

    def quantile(self, share: float) -> float:
        """Return the value that a share of them, 0 to 1, lies below; 0 where there is none."""
        if not self._ordered:
            return 0.0
        return self._ordered[min(len(self._ordered) - 1, int(share * len(self._ordered)))]

    def below(self, value: float) -> int:
        """Return how many are smaller."""
        return bisect_left(self._ordered, value)
