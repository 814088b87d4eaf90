"""Faults of a network by the courses of its series: one event each, causes ranked."""

from collections.abc import Collection, Iterable, Mapping
from math import nan
from typing import Self

from analytics.anomaly.events import Alarm, AnomalyEvent, Grouping
from analytics.anomaly.unusual import Unusual

Moment = tuple[float, Mapping[tuple[str, str], float]]
"""Seconds since the epoch, and a value by device and metric."""


class CourseAnomalies:
    """Looks at many series, each by itself, and opens an event where one is unusual.

    What is unusual on linked devices within `quiet_s` is one event, and so is what stays unusual.

    Args:
        beside: By device, those linked to it; without it every device stands alone.
        threshold: Decades, the mean of three looks at a series, from which it is unusual. Fewer
            values than `10 ** threshold` say nothing.
        period: Moments of a season; 0 for none.
        quiet_s: Seconds without anything unusual after which an event is over.

    Attributes:
        seen_: How many moments were taken in.
    """

    unit = "decades"

    def __init__(
        self,
        beside: Mapping[str, Collection[str]] | None = None,
        threshold: float = 2.0,
        period: int = 0,
        quiet_s: float = 3600.0,
    ) -> None:
        self.beside = beside
        self.threshold = threshold
        self.period = period
        self.quiet_s = quiet_s
        self.reset()

    def fit(self, moments: Iterable[Moment]) -> Self:
        """Forget the past and take in moments, the oldest first."""
        self.reset()
        for time, values in moments:
            self.update(time, values)
        return self

    def reset(self) -> Self:
        """Forget every moment."""
        self.seen_ = 0
        self._series: dict[tuple[str, str], Unusual] = {}
        self._grouping = Grouping(self.quiet_s, self.beside or {})
        return self

    def update(self, time: float, values: Mapping[tuple[str, str], float]) -> list[AnomalyEvent]:
        """Take in a moment, no earlier than the one before; return the events that it opened.

        Args:
            time: Seconds since the epoch; moments are equally far apart.
            values: By device and metric; NaN is a gap, and so is what is left out.
        """
        self.seen_ += 1
        alarms = []
        for at in dict.fromkeys([*self._series, *values]):
            if at not in self._series:
                self._series[at] = Unusual(hold=0, period=self.period)
            score = self._series[at].update(values.get(at, nan))
            if score >= self.threshold:
                alarms.append(Alarm(time, *at, score))
        return self._grouping.update(time, alarms)
