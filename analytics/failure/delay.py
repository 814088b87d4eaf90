"""Is the round trip longer than this link's own lowest of late?"""

import math
from collections import deque
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

_BLOCK = 10  # intervals that one value of the baseline is a mean of: 1 s
_BLOCKS = 90  # blocks that the baseline is the lowest of
# A queue stands for a while; a machine that answers late does so for an interval here and there.
_ROW, _ENOUGH = 5, 3
# Queueing must show in both: the ratio alone would call jitter congestion, the difference alone
# would call a long way one.
_RATIO, _DIFFERENCE_US = 1.5, 1000.0
_MOST = 5.0


class Delay:
    """Round-trip inflation, interval by interval."""

    def __init__(self) -> None:
        self._recent: deque[int] = deque([0] * _BLOCK, maxlen=_BLOCK)
        self._late: deque[bool] = deque([False] * _ROW, maxlen=_ROW)
        self._count = 0
        self._blocks: deque[float] = deque(maxlen=_BLOCKS)
        self._baseline = math.inf

    def update(self, rtt_s: float) -> tuple[float, bool]:
        """Take in one interval's mean round trip in seconds (0: no answer).

        Returns:
            The log of the middle round trip of the last five intervals over the baseline (0 to
            5), and whether a queue delays: at least three of the five are inflated. The
            baseline is the lowest whole second of the 90 before.
        """
        # Whole microseconds, so that sums are exact and the vectorised path gives the same.
        micros = round(rtt_s * 1e6)
        self._recent.append(micros)
        ratio, excess = micros / self._baseline, micros - self._baseline
        self._late.append(ratio > _RATIO and excess > _DIFFERENCE_US)
        middle = sorted(list(self._recent)[-_ROW:])[_ROW // 2] / self._baseline
        self._count += 1
        if self._count % _BLOCK == 0:
            answers = sum(value > 0 for value in self._recent)
            self._blocks.append(sum(self._recent) / answers if answers else math.inf)
            self._baseline = min(self._blocks)
        return min(_MOST, math.log(max(1.0, middle))), sum(self._late) >= _ENOUGH


def inflations(rtt_s: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return what `Delay.update` gives for every interval of a series; O(n)."""
    micros = np.rint(rtt_s * 1e6)
    baseline = _baselines(micros)
    late = (micros / baseline > _RATIO) & (micros - baseline > _DIFFERENCE_US)
    delayed = _rows(late).sum(axis=1) >= _ENOUGH
    middle = np.median(_rows(micros), axis=1) / baseline
    return np.minimum(_MOST, np.log(np.maximum(1.0, middle))), delayed


def _rows(values: NDArray[Any]) -> NDArray[Any]:
    """Return each value with the four before it, shape (n, 5)."""
    return sliding_window_view(np.concatenate((np.zeros(_ROW - 1, values.dtype), values)), _ROW)


def _baselines(micros: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return for every interval the lowest of the whole blocks that ended before it."""
    blocks = micros[: len(micros) // _BLOCK * _BLOCK].reshape(-1, _BLOCK)
    answers = (blocks > 0).sum(axis=1)
    means = np.full(len(blocks), np.inf)
    np.divide(blocks.sum(axis=1), answers, out=means, where=answers > 0)
    padded = np.concatenate((np.full(_BLOCKS, np.inf), means))
    lowest = sliding_window_view(padded, _BLOCKS).min(axis=1)
    return np.asarray(np.repeat(lowest, _BLOCK)[: len(micros)])
