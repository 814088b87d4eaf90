"""What a link's probes say, as numbers: interval by interval, or for a whole series at once.

`Features.update` and `extract` give the same rows from the same formulas. The first costs the
same for every interval however long it has run; the second serves learning and replay.

Loss while the round trip is inflated is set aside as congestion: a full queue delays as well
as dropping, a failing link only drops. What remains is called plain loss.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.anomaly import CappedCusum
from analytics.failure.bursts import Bursts, Steady, burst_features, steady_signals
from analytics.failure.delay import Delay, inflations
from analytics.failure.rest import WINDOWS as _REST
from analytics.failure.rest import Worst, worst_rows
from analytics.failure.scan import ALTERNATIVES, evidence
from analytics.failure.scan import WINDOWS as _SCAN
from analytics.failure.series import BIN_S, ProbeSeries
from forerunner.model import ProbeBin

# Windows, in intervals.
_STEADY = (10, 20, 30, 50, 100, 200)
_PLAIN = (5, 10, 20)
_ANY = (10, 50, 300)
_WORSE = (20, 50)
_BURST_TIME = (20, 100, 300)
_DARK = (5, 300)
_WINDOWS = (5, 10, 15, 20, 30, 40, 50, 60, 80, 100, 200, 250, 300)
_LONGEST = _WINDOWS[-1]
# Packets an interval, both ways, that counts are scaled to. With fewer than half of them a
# share would say little, so the missing ones count as received.
_PACKETS = 20

NAMES = (
    *(f"steady_loss_{window * BIN_S:g}s" for window in _STEADY),
    *(f"plain_loss_{window * BIN_S:g}s" for window in _PLAIN),
    *(f"any_loss_{window * BIN_S:g}s" for window in _ANY),
    *(f"worse_side_{window * BIN_S:g}s" for window in _WORSE),
    *(f"burst_time_{window * BIN_S:g}s" for window in _BURST_TIME),
    *(f"dark_share_{window * BIN_S:g}s" for window in _DARK),
    *(f"beside_worst_{window * BIN_S:g}s" for window in _REST),
    *(f"nats_{share:.0%}" for share in ALTERNATIVES),
    *(f"nats_side_{share:.0%}" for share in ALTERNATIVES),
    "cusum_fast",
    "cusum_slow",
    "bursts_60s",
    "burst_closeness",
    "delay_inflation",
)

Sums = tuple[Any, ...]


@dataclass(frozen=True)
class _Arithmetic:
    """The functions that numbers and arrays do not share by an operator."""

    log1p: Callable[[Any], Any]
    maximum: Callable[[Any, Any], Any]


_NUMBERS = _Arithmetic(math.log1p, max)
_ARRAYS = _Arithmetic(np.log1p, np.maximum)


def fast_cusum() -> CappedCusum:
    """Return the detector of sudden steady loss whose score is a feature."""
    return CappedCusum(healthy_loss=0.03, failing_loss=0.09, cap=6.0)


def slow_cusum() -> CappedCusum:
    """Return the detector of lasting steady loss whose score is a feature."""
    return CappedCusum(healthy_loss=0.02, failing_loss=0.05, cap=3.0)


class Features:
    """Turns one link's intervals into rows of `NAMES`, strictly online."""

    def __init__(self) -> None:
        self._count = 0
        self._ring: list[Sums] = [(0,) * _SIGNALS] * (_LONGEST + 1)
        self._fast, self._slow = fast_cusum(), slow_cusum()
        self._delay, self._steady, self._bursts = Delay(), Steady(), Bursts()
        self._worst = (Worst(), *(Worst(_SCAN) for _ in range(3)))

    def update(self, probed: ProbeBin) -> list[float]:
        """Take in one interval and return its row, in the order of `NAMES`."""
        inflation, delayed = self._delay.update(probed.rtt_s)
        seen = _signals(
            probed.sent, probed.lost_forward, probed.returned, probed.lost_backward, int(delayed)
        )
        steady = self._steady.update(seen[_PLAIN_LOST], seen[_TOTAL])
        self._advance((*seen, *steady))
        lost, total, _ = steady
        scores = (self._fast.update(lost, total), self._slow.update(lost, total))
        bursts = self._bursts.update(self._steady.burst)
        worst = tuple(
            each.update(lost) for each, lost in zip(self._worst, _plain(seen), strict=True)
        )
        windows = _window_features(self._over, worst, _NUMBERS)
        return [*windows, *map(math.log1p, scores), *bursts, inflation]

    def _advance(self, added: Sums) -> None:
        size = _LONGEST + 1
        before = self._ring[self._count % size]
        self._count += 1
        totals = tuple(one + two for one, two in zip(before, added, strict=True))
        self._ring[self._count % size] = totals

    def _over(self, window: int) -> Sums:
        now = self._ring[self._count % (_LONGEST + 1)]
        then = self._ring[max(0, self._count - window) % (_LONGEST + 1)]
        return tuple(late - early for late, early in zip(now, then, strict=True))


def extract(series: ProbeSeries) -> NDArray[np.float64]:
    """Return the rows of a series, shape (intervals, len(NAMES)); O(n), vectorised."""
    return _extracted(series) if len(series) else np.empty((0, len(NAMES)))


def _extracted(series: ProbeSeries) -> NDArray[np.float64]:
    inflation, delayed = inflations(series.rtt_s)
    seen = _signals(
        series.sent,
        series.lost_forward,
        series.returned,
        series.lost_backward,
        delayed.astype(np.int64),
    )
    bursts, lost, total, inside = steady_signals(seen[_PLAIN_LOST], seen[_TOTAL])
    signals = (*seen, lost, total, inside)
    totals = [np.concatenate(([0], np.cumsum(signal))) for signal in signals]
    first = np.arange(1, len(series) + 1)

    def over(window: int) -> Sums:
        then = np.maximum(0, first - window)
        return tuple(running[1:] - running[then] for running in totals)

    scores = (detector.score(lost, total) for detector in (fast_cusum(), slow_cusum()))
    spans = (_REST, _SCAN, _SCAN, _SCAN)
    worst = tuple(map(worst_rows, _plain(seen), spans))
    windows = _window_features(over, worst, _ARRAYS)
    return np.column_stack([*windows, *map(np.log1p, scores), *burst_features(bursts), inflation])


# Where `_signals` and the steady part put what the windows sum.
_TOTAL, _SENT, _RETURNED, _LOST, _PLAIN_LOST, _FORWARD, _BACKWARD, _DARKNESS = range(8)
_STEADY_LOST, _STEADY_TOTAL, _IN_BURST = 8, 9, 10
_SIGNALS = 11
_STREAMS = ((_PLAIN_LOST, _TOTAL), (_FORWARD, _SENT), (_BACKWARD, _RETURNED))


def _signals(sent: Any, forward: Any, returned: Any, backward: Any, delayed: Any) -> Sums:
    total, lost, calm = sent + returned, forward + backward, 1 - delayed
    dark = (total > 0) * (returned == backward)
    return total, sent, returned, lost, lost * calm, forward * calm, backward * calm, 1 * dark


def _plain(seen: Sums) -> Sums:
    """Return the plain loss as the worst half seconds are sought in it."""
    return seen[_PLAIN_LOST], seen[_PLAIN_LOST], seen[_FORWARD], seen[_BACKWARD]


def _window_features(over: Callable[[int], Sums], worst: Sums, do: _Arithmetic) -> Iterator[Any]:
    """Yield the features that are sums over windows, in the order of `NAMES`.

    Written once for numbers and arrays, so that the two paths cannot drift apart.
    """
    sums = {window: over(window) for window in _WINDOWS}
    for window in _STEADY:
        yield _level(do, sums[window][_STEADY_LOST], sums[window][_STEADY_TOTAL], window)
    for window in _PLAIN:
        yield _level(do, sums[window][_PLAIN_LOST], sums[window][_TOTAL], window)
    for window in _ANY:
        yield _level(do, sums[window][_LOST], sums[window][_TOTAL], window)
    for window in _WORSE:
        one = _level(do, sums[window][_FORWARD], sums[window][_SENT], window, _PACKETS // 2)
        two = _level(do, sums[window][_BACKWARD], sums[window][_RETURNED], window, _PACKETS // 2)
        yield do.maximum(one, two)
    for window in _BURST_TIME:
        yield sums[window][_IN_BURST] / window
    for window in _DARK:
        yield sums[window][_DARKNESS] / window
    for window, most in zip(_REST, worst[0], strict=True):
        yield _level(do, sums[window][_PLAIN_LOST] - most, sums[window][_TOTAL], window)
    yield from map(do.log1p, _nats(do, [sums[window] for window in _SCAN], worst[1:]))


def _nats(do: _Arithmetic, sums: Sequence[Sums], worst: Sums) -> Iterator[Any]:
    """Yield the evidence of both directions pooled, then of the one that speaks louder."""
    both, forward, backward = (
        evidence(
            tuple((each[lost], each[sent], most) for each, most in zip(sums, rows, strict=True)),
            do.maximum,
        )
        for (lost, sent), rows in zip(_STREAMS, worst, strict=True)
    )
    yield from both
    yield from map(do.maximum, forward, backward)


def _level(do: _Arithmetic, lost: Any, packets: Any, window: int, usual: int = _PACKETS) -> Any:
    share = lost / do.maximum(packets, usual * window // 2)
    return do.log1p(share * (_PACKETS * window))
