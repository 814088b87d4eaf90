"""What earlier failures of a signal say about the present sample: their length and their clock.

Strictly online: a sample's values come from it and from what was before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

NAMES = ("elapsed", "recovered", "due", "progress", "doubt")
"""Seconds degraded so far, seconds since the last recovery, seconds past the moment at which the
next episode is due, the mean of first and third, and how far earlier ones were off their clock."""

_REMEMBERED, _CLOCK_NEEDS = 40, 3
_NEAR_S, _NO_CLOCK_S = 60.0, 60.0


@dataclass
class _Memory:
    onsets: list[float] = field(default_factory=list)
    recovered_at: float = -np.inf
    due_at: float = np.inf
    doubt: float = _NO_CLOCK_S
    entry_s: float = 0.0
    first: float = 0.0
    worst: float = 0.0

    def begin(self, time: float, before: float, depth: float) -> None:
        self.onsets = [*self.onsets[-_REMEMBERED:], time]
        self.entry_s, self.first, self.worst = time - before, depth, depth

    def end(self, time: float) -> None:
        self.recovered_at = time
        if len(self.onsets) >= _CLOCK_NEEDS:
            self.due_at, self.doubt = next_onset(self.onsets)

    def values(self, time: float, depth: float, degraded: bool) -> tuple[float, ...]:
        due = float(np.clip(time - self.due_at, -_NEAR_S, _NEAR_S))
        if not degraded:
            return -1.0, min(_NEAR_S, time - self.recovered_at), due, due, self.doubt
        # A first sample that is half as deep as the worst was measured half before the onset.
        self.worst = max(self.worst, depth)
        share = self.first / self.worst if self.worst > 0 else 1.0
        elapsed = time - self.onsets[-1] + max(0.0, share) * self.entry_s
        return elapsed, -1.0, due, (elapsed + due) / 2, self.doubt


def next_onset(onsets: Sequence[float]) -> tuple[float, float]:
    """Return when the next episode is due, and the clock's usual error; seconds.

    A line through the onsets by their number; one that was missed leaves a gap in the numbers.

    Args:
        onsets: Of earlier episodes, seconds, in order; two or more.
    """
    times = np.asarray(onsets, np.float64)
    period = float(np.median(np.diff(times)))
    number = np.concatenate(([0.0], np.cumsum(np.maximum(1, np.round(np.diff(times) / period)))))
    slope, start = np.polyfit(number, times - times[0], 1)
    error = times - times[0] - slope * number - start
    due = times[0] + start + slope * (number[-1] + 1)
    return float(due), float(min(_NO_CLOCK_S, np.sqrt(np.mean(error**2))))


def memory(
    time_s: NDArray[np.float64], depth: NDArray[np.float64], degraded: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return the values of `NAMES` for every sample, shape (samples, 5).

    Args:
        time_s: Seconds, in order.
        depth: How far the signal is out of its healthy range; 0 healthy, more is worse.
        degraded: Whether it counts as out of it.
    """
    state, rows, was = _Memory(), [], False
    before = time_s[0] if len(time_s) else 0.0
    for time, value, now in zip(time_s, depth, degraded, strict=True):
        if now and not was:
            state.begin(time, before, value)
        elif was and not now:
            state.end(time)
        rows.append(state.values(time, value, bool(now)))
        was, before = bool(now), time
    return np.array(rows, np.float64).reshape(-1, len(NAMES))
