"""Faults of a network by what its tables hardly ever show: one event each, causes ranked."""

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Mapping
from typing import Self

from analytics.anomaly.changes import Change, Coincidence, RareChange
from analytics.anomaly.events import Alarm, AnomalyEvent, Grouping
from analytics.anomaly.tables import Row


class NetworkAnomalies:
    """Takes in tables of many devices and opens an event where rare changes coincide.

    What counts for a device is what it and the devices linked to it show within `span_s`: a link
    that fails is seen at both ends, in states, neighbours and routes. One table of one device that
    changes is no event.

    Args:
        beside: By device, those linked to it; without it every device stands alone.
        threshold: Decades, added over the tables of a neighbourhood, from which it is an event.
        span_s: Seconds within which changes coincide.
        quiet_s: Seconds without another change after which an event is over.

    Attributes:
        seen_: How many rows were taken in.
    """

    unit = "decades"

    def __init__(
        self,
        beside: Mapping[str, Collection[str]] | None = None,
        threshold: float = 8.0,
        span_s: float = 30.0,
        quiet_s: float = 120.0,
    ) -> None:
        self.beside = beside
        self.threshold = threshold
        self.span_s = span_s
        self.quiet_s = quiet_s
        self.reset()

    def fit(self, rows: Iterable[Row]) -> Self:
        """Forget the past and take in rows, the oldest first."""
        self.reset()
        for row in rows:
            self.update(row)
        return self

    def reset(self) -> Self:
        """Forget every row."""
        self.seen_ = 0
        self._changes = RareChange()
        self._near: dict[str, Coincidence] = defaultdict(lambda: Coincidence(self.span_s))
        self._latest: dict[str, deque[Alarm]] = defaultdict(deque)
        self._grouping = Grouping(self.quiet_s, self.beside or {})
        return self

    def update(self, row: Row) -> list[AnomalyEvent]:
        """Take in one row, of a time that is never less than before; return what it opened."""
        self.seen_ += 1
        device, table = row.device, f"{row.device} {row.table}"
        found = self._changes.update(table, row.instance, row.values)
        if not found:
            return []
        self._remember(row, found)
        around = [device, *(self.beside or {}).get(device, ())]
        sums = {each: self._near[each].update(row.time, table, found[0].score) for each in around}
        loud = [each for each, total in sums.items() if total >= self.threshold]
        return self._grouping.update(row.time, self._told(row.time, loud)) if loud else []

    def _remember(self, row: Row, found: Iterable[Change]) -> None:
        latest = self._latest[row.device]
        while latest and row.time - latest[0].time > self.span_s:
            latest.popleft()
        for each in found:
            metric = f"{each.column} {row.instance}".strip()
            latest.append(Alarm(row.time, row.device, metric, each.score))

    def _told(self, now: float, loud: Collection[str]) -> list[Alarm]:
        """Return the changes around devices that have not been told of yet, the fresh ones."""
        around = {near for each in loud for near in (each, *(self.beside or {}).get(each, ()))}
        told = []
        for device in sorted(around):
            told += [each for each in self._latest[device] if now - each.time <= self.span_s]
            self._latest[device].clear()
        return told
