"""Faults of a network by what its tables hardly ever show: one event each, causes ranked."""

from collections import defaultdict, deque
from collections.abc import Collection, Hashable, Mapping

from analytics.anomaly.changes import Coincidence, RareChange
from analytics.anomaly.events import Alarm, AnomalyEvent, Grouping


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
        self.seen_ = 0
        self._changes = RareChange()
        self._near: dict[str, Coincidence] = defaultdict(lambda: Coincidence(span_s))
        self._latest: dict[str, deque[Alarm]] = defaultdict(deque)
        self._grouping = Grouping(quiet_s, beside or {})

    def update(
        self, time: float, device: str, table: str, instance: str, values: Mapping[str, Hashable]
    ) -> list[AnomalyEvent]:
        """Take in one row and return the events that it opened.

        Args:
            time: Seconds, never less than before.
            device: Inventory name.
            table: Which of the device's tables.
            instance: Which row of it, as the interface; empty where it has one.
            values: By column; None says nothing.
        """
        self.seen_ += 1
        found = self._changes.update(f"{device} {table}", instance, values)
        if not found:
            return []
        self._latest[device] += [
            Alarm(time, device, f"{each.column} {instance}".strip(), each.score) for each in found
        ]
        around = [device, *(self.beside or {}).get(device, ())]
        loud = [
            each
            for each in around
            if self._near[each].update(time, f"{device} {table}", found[0].score) >= self.threshold
        ]
        return self._grouping.update(time, self._told(time, loud)) if loud else []

    def _told(self, now: float, loud: Collection[str]) -> list[Alarm]:
        """Return the changes around devices that have not been told of yet, the fresh ones."""
        around = {near for each in loud for near in (each, *(self.beside or {}).get(each, ()))}
        told = []
        for device in sorted(around):
            told += [each for each in self._latest[device] if now - each.time <= self.span_s]
            self._latest[device].clear()
        return told
