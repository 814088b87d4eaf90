"""Is the round trip longer than this link's own lowest of late?"""

import math
from collections import deque

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

_BLOCK = 10  # intervals that one value of the baseline is a mean of: 1 s
_BLOCKS = 90  # blocks that the baseline is the lowest of
# Queueing must show in both: the ratio alone would call the jitter of a busy machine congestion,
# the difference alone would call a long way one.
_RATIO, _DIFFERENCE_US = 2.0, 4000.0
_MOST = 5.0


class Delay:
    """Round-trip inflation, interval by interval."""

    def __init__(self) -> None:
        self._recent: deque[tuple[int, int]] = deque([(0, 0)] * _BLOCK, maxlen=_BLOCK)
        self._sum, self._answers, self._count = 0, 0, 0
        self._blocks: deque[float] = deque(maxlen=_BLOCKS)
        self._baseline = math.inf

    def update(self, rtt_s: float) -> tuple[float, bool]:
        """Take in one interval's mean round trip in seconds (0: no answer).

        Returns:
            The log of the last second's mean over the baseline (0 to 5), and whether that is
            the delay of a queue. The baseline is the lowest whole second of the 90 before.
        """
        # Whole microseconds, so that sums are exact and the vectorised path gives the same.
        micros = round(rtt_s * 1e6)
        gone, had = self._recent[0]
        self._recent.append((micros, int(micros > 0)))
        self._sum += micros - gone
        self._answers += int(micros > 0) - had
        mean = self._sum / self._answers if self._answers else 0.0
        result = self._compare(mean)
        self._count += 1
        if self._count % _BLOCK == 0:
            self._blocks.append(mean if self._answers else math.inf)
            self._baseline = min(self._blocks)
        return result

    def _compare(self, mean: float) -> tuple[float, bool]:
        if not mean or math.isinf(self._baseline):
            return 0.0, False
        ratio = mean / self._baseline
        delayed = ratio > _RATIO and mean - self._baseline > _DIFFERENCE_US
        return min(_MOST, math.log(max(1.0, ratio))), delayed


def inflations(rtt_s: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return what `Delay.update` gives for every interval of a series; O(n)."""
    micros = np.rint(rtt_s * 1e6)
    sums = _trailing(micros)
    answers = _trailing((micros > 0).astype(np.float64))
    mean = np.divide(sums, answers, out=np.zeros_like(sums), where=answers > 0)
    baseline = _baselines(np.where(answers > 0, mean, np.inf))
    known = (mean > 0) & np.isfinite(baseline)
    ratio = np.divide(mean, baseline, out=np.ones_like(mean), where=known)
    delayed = known & (ratio > _RATIO)
    delayed[delayed] = (mean - baseline)[delayed] > _DIFFERENCE_US
    return np.minimum(_MOST, np.log(np.maximum(1.0, ratio))), delayed


def _trailing(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sums over the last `_BLOCK` values, fewer at the beginning."""
    total = np.cumsum(values)
    total[_BLOCK:] -= total[:-_BLOCK].copy()
    return total


def _baselines(mean: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return for every interval the lowest of the whole blocks that ended before it."""
    blocks = mean[_BLOCK - 1 :: _BLOCK]
    padded = np.concatenate((np.full(_BLOCKS, np.inf), blocks))
    lowest = sliding_window_view(padded, _BLOCKS).min(axis=1)
    return np.asarray(np.repeat(lowest, _BLOCK)[: len(mean)])
