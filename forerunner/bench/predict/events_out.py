"""Events judged with a threshold that was fixed on all the other events."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf, sqrt

import numpy as np
from numpy.typing import NDArray

from analytics.anomaly import Alarm, Grouping
from forerunner.bench.predict.router_tables import Stream

_QUIET_S = 120.0


@dataclass(frozen=True)
class Judged:
    """What was said in the time around one event.

    Attributes:
        delay_s: From the event until it was said; None where it was missed.
        false: Events said that were none.
        hours: That the time around it lasts.
    """

    delay_s: float | None
    false: int
    hours: float


class Timeline:
    """Scores over time, cut halfway between the events that are judged.

    Args:
        source: The events.
        time: Seconds since the epoch, in order.
        scores: One for each time; high is unusual.
    """

    def __init__(
        self, source: Stream, time: NDArray[np.float64], scores: NDArray[np.float64]
    ) -> None:
        self.source = source
        middles = [(a + b) / 2 for a, b in pairwise(source.judged)]
        self._cuts = [source.begin, *middles, source.until]
        self._known: dict[tuple[int, float], Judged] = {}
        self._pieces = [self._piece(time, scores, at) for at in range(len(source.judged))]

    def left_out(self) -> list[Judged]:
        """Return each event judged with the threshold that suits all the others best."""
        events = range(len(self._pieces))
        return [self._judge(at, self._threshold([x for x in events if x != at])) for at in events]

    def _piece(
        self, time: NDArray[np.float64], scores: NDArray[np.float64], at: int
    ) -> list[tuple[float, float]]:
        low, high = np.searchsorted(time, self._cuts[at : at + 2])
        when, score = time[low:high], scores[low:high]
        # What stays as it was opens no event, and between two rows of tables most does.
        moved = (np.diff(score, prepend=0.0) != 0) & (score > 0)
        return list(zip(when[moved].tolist(), score[moved].tolist(), strict=True))

    def _threshold(self, events: Sequence[int]) -> float:
        tops = sorted({score for at in events for score in self._tops(at)})
        # Between two scores all thresholds say the same; the widest step is the safest place.
        steps = [(high / low, sqrt(low * high)) for low, high in pairwise(tops)]
        return max(
            steps, key=lambda each: (f1([self._judge(at, each[1]) for at in events]), each[0])
        )[1]

    def _tops(self, at: int) -> list[float]:
        """Return the highest score of each half minute: what a threshold can lie between."""
        tops: dict[int, float] = {}
        for time, score in self._pieces[at]:
            half = int(time // 30)
            tops[half] = max(score, tops.get(half, 0.0))
        return list(tops.values())

    def _judge(self, at: int, threshold: float) -> Judged:
        if (at, threshold) not in self._known:
            self._known[at, threshold] = self._judged(at, threshold)
        return self._known[at, threshold]

    def _judged(self, at: int, threshold: float) -> Judged:
        event, grouping = self.source.judged[at], Grouping(_QUIET_S)
        delay, false = inf, 0
        for time, score in self._pieces[at]:
            if score <= threshold:
                continue
            opened = grouping.update(time, [Alarm(time, "router", "all", score / threshold)])
            owner = self.source.near(time) if opened else None
            if owner == event:
                delay = min(delay, time - event)
            elif opened and owner is None:
                false += 1
        hours = (self._cuts[at + 1] - self._cuts[at]) / 3600
        return Judged(None if delay == inf else delay, false, hours)


def f1(judged: Sequence[Judged]) -> float:
    """Return F1 over events: those found, those missed, and those that were none."""
    hits = sum(each.delay_s is not None for each in judged)
    false, missed = sum(each.false for each in judged), len(judged) - hits
    return 2 * hits / (2 * hits + false + missed) if judged else 0.0
