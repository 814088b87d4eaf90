"""Freezes and maintenance windows: wall-clock times that become instants, once.

A time of the clock on the wall may come twice (the hour that autumn gives back) or never (the
hour that spring takes). Each window is therefore turned into two instants and compared with
those, never with a wall clock:

- A time that never comes is the instant at which the clock jumps over it.
- A maintenance window opens at the first of two such times and closes at the first one after.
- A freeze begins at the first and ends at the last.

Source: PEP 495 (fold), RFC 9557 (time zones by IANA name).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from forerunner.errors import InvalidData

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class Freeze:
    """A time in which nothing changes.

    Attributes:
        start: Wall-clock time, without a zone.
        end: The same; not part of the freeze.
        reason: Said to whom it stops.
    """

    start: datetime
    end: datetime
    reason: str

    @classmethod
    def from_data(cls, data: Mapping[str, Any], source: str) -> Self:
        """Build it from `start`, `end` (`2026-12-20T18:00`) and `reason`.

        Raises:
            InvalidData: A date does not exist, or the end is not after the start.
        """
        start, end = (_wall(data[name], f"{source}.{name}") for name in ("start", "end"))
        if end <= start:
            raise InvalidData(source, "end", f"{data['end']} is not after {data['start']}")
        return cls(start, end, data["reason"])

    def instants(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Return its first instant and the first one after it."""
        return instant(self.start, zone), instant(self.end, zone, last=True)


@dataclass(frozen=True)
class Maintenance:
    """A window of some days of the week; one whose end is not after its start ends a day later.

    Attributes:
        days: Weekdays on which it opens, 0 for Monday.
        start: Wall-clock time at which it opens.
        end: Wall-clock time at which it closes.
    """

    days: frozenset[int]
    start: time
    end: time

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Build it from `days` (`[mon, tue]`), `start` and `end` (`22:00`)."""
        days = frozenset(DAYS.index(name) for name in data["days"])
        return cls(days, time.fromisoformat(data["start"]), time.fromisoformat(data["end"]))

    def instants(self, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Return when the window that opens on a day opens and closes."""
        last = day + timedelta(days=1) if self.end <= self.start else day
        opens = instant(datetime.combine(day, self.start), zone)
        closes = instant(datetime.combine(last, self.end), zone)
        return opens, closes

    def holds(self, now: datetime, zone: ZoneInfo) -> bool:
        """Return whether it is open at an instant."""
        today = now.astimezone(zone).date()
        days = (today - timedelta(days=1), today)
        windows = (self.instants(day, zone) for day in days if day.weekday() in self.days)
        return any(opens <= now < closes for opens, closes in windows)

    def next_opening(self, now: datetime, zone: ZoneInfo) -> datetime:
        """Return the instant at which it opens next."""
        today = now.astimezone(zone).date()
        days = (today + timedelta(days=number) for number in range(9))
        openings = (self.instants(day, zone)[0] for day in days if day.weekday() in self.days)
        return next(opens for opens in openings if opens > now)


def instant(wall: datetime, zone: ZoneInfo, last: bool = False) -> datetime:
    """Return the instant, in UTC, at which a clock on the wall shows a time.

    Args:
        wall: Without a zone.
        zone: Where the clock hangs.
        last: Of a time that comes twice, the second.
    """
    early, late = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if late < early:
        return _jump(wall, zone, late, early)
    return late if last else early


def _jump(wall: datetime, zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """Return the instant at which the clock jumps over a time, between two others."""
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(zone).replace(tzinfo=None) < wall:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


def _wall(text: str, source: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidData(source, "", f"{text}: {error}") from None
