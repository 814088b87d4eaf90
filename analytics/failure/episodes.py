"""What earlier failures of a signal say about the present sample: their length and their clock.

Strictly online: a sample's values come from it and from what was before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

NAMES = ("elapsed", "recovered", "due", "progress", "doubt")
"""Seconds degraded so far, seconds since the last recovery, seconds past the moment at which the
next episode is due, the mean of first and third, and how far earlier ones were off their clock.

Episodes that keep no clock, and a clock that missed its moment, give one and the same answer."""

_REMEMBERED, _CLOCK_NEEDS = 40, 3
_NEAR_S, _NO_CLOCK_S = 60.0, 60.0
# A clock whose usual error is more of its period than this is none; one that is wrong by more than
# this many errors has stopped.
_STEADY, _ERRORS = 0.1, 4.0


@dataclass
class _Memory:
    clock: bool
    onsets: list[float] = field(default_factory=list)
    recovered_at: float = -np.inf
    due_at: float = np.inf
    doubt: float = _NO_CLOCK_S
    entry_s: float = 0.0
    first: float = 0.0
    worst: float = 0.0

    def begin(self, time: float, before: float, depth: float) -> None:
        if time < self.due_at - _ERRORS * self.doubt:
            self._stop()
        self.onsets = [*self.onsets[-_REMEMBERED:], time]
        self.entry_s, self.first, self.worst = time - before, depth, depth

    def end(self, time: float) -> None:
        self.recovered_at = time
        self._stop()
        if self.clock and len(self.onsets) >= _CLOCK_NEEDS:
            due, doubt, period = next_onset(self.onsets)
            if doubt <= _STEADY * period:
                self.due_at, self.doubt = due, max(doubt, self.entry_s)

    def values(self, time: float, depth: float, degraded: bool) -> tuple[float, ...]:
        if not degraded:
            if time > self.due_at + _ERRORS * self.doubt:
                self._stop()
            due = self._due(time)
            return -1.0, min(_NEAR_S, time - self.recovered_at), due, due, self.doubt
        # A first sample that is half as deep as the worst was measured half before the onset.
        self.worst = max(self.worst, depth)
        share = self.first / self.worst if self.worst > 0 else 1.0
        elapsed = time - self.onsets[-1] + max(0.0, share) * self.entry_s
        due = self._due(time)
        known = np.isfinite(self.due_at)
        return elapsed, -1.0, due, (elapsed + due) / 2 if known else elapsed, self.doubt

    def _due(self, time: float) -> float:
        return float(np.clip(time - self.due_at, -_NEAR_S, _NEAR_S))

    def _stop(self) -> None:
        self.due_at, self.doubt = np.inf, _NO_CLOCK_S


def next_onset(onsets: Sequence[float]) -> tuple[float, float, float]:
    """Return when the next episode is due, the clock's usual error and its period; seconds.

    A line through the onsets by their number; one that was missed leaves a gap in the numbers, and
    one that flickers counts once.

    Args:
        onsets: Of earlier episodes, seconds, in order; two or more.
    """
    times = np.asarray(onsets, np.float64) - onsets[0]
    gaps = np.diff(times)
    period = float(np.median(gaps[gaps >= np.median(gaps) / 2]))
    number = np.concatenate(([0.0], np.cumsum(np.round(gaps / period))))
    if number[-1] == 0:
        return np.inf, _NO_CLOCK_S, period
    number, first = np.unique(number, return_index=True)
    slope, start = np.polyfit(number, times[first], 1)
    error = times[first] - slope * number - start
    due = onsets[0] + start + slope * (number[-1] + 1)
    return float(due), float(np.sqrt(np.mean(error**2))), period


def memory(
    time_s: NDArray[np.float64],
    depth: NDArray[np.float64],
    degraded: NDArray[np.bool_],
    clock: bool = True,
) -> NDArray[np.float64]:
    """Return the values of `NAMES` for every sample, shape (samples, 5).

    Args:
        time_s: Seconds, in order.
        depth: How far the signal is out of its healthy range; 0 healthy, more is worse.
        degraded: Whether it counts as out of it.
        clock: Whether a clock is looked for; without, every sample is as before the first one.
    """
    state, rows, was = _Memory(clock), [], False
    before = time_s[0] if len(time_s) else 0.0
    for time, value, now in zip(time_s, depth, degraded, strict=True):
        if now and not was:
            state.begin(time, before, value)
        elif was and not now:
            state.end(time)
        rows.append(state.values(time, value, bool(now)))
        was, before = bool(now), time
    return np.array(rows, np.float64).reshape(-1, len(NAMES))
