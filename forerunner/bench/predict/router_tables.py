"""Tables that a router streamed, row by row in order of time, and what was done to its network."""

import csv
import gzip
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from forerunner.errors import InvalidData

_FETCH = "fetch the set anew"
_EVENTS = "events.csv.gz"
# Before this a detector has seen too little, and after an event this much must be there.
LEARN_S, BEFORE_S, AFTER_S = 300.0, 10.0, 90.0


@dataclass(frozen=True)
class Reading:
    """One row of a table.

    Attributes:
        time: Seconds since the epoch.
        table: Name of the file.
        instance: Which row of the table, as the interface; empty where it has one.
        values: By column.
    """

    time: float
    table: str
    instance: str
    values: Mapping[str, str]


@dataclass(frozen=True)
class Stream:
    """All tables of one router.

    Attributes:
        readings: In order of time.
        events: When something was done to an interface, seconds since the epoch.
        until: When the first table ends.
    """

    readings: tuple[Reading, ...]
    events: tuple[float, ...]
    until: float

    @property
    def begin(self) -> float:
        """Return when a detector has had its time to learn."""
        return self.readings[0].time + LEARN_S

    @property
    def judged(self) -> tuple[float, ...]:
        """Return the events that all tables cover, with time to learn before them."""
        return tuple(x for x in self.events if self.begin <= x and x + AFTER_S <= self.until)

    def near(self, time: float) -> float | None:
        """Return the event that a moment belongs to, whether judged or not; None for none."""
        mine = [x for x in self.events if x - BEFORE_S <= time <= x + AFTER_S]
        return min(mine, key=lambda each: abs(each - time), default=None)


def stream(directory: Path) -> Stream:
    """Return the tables and events in folder `cisco_mdt_11`.

    Raises:
        InvalidData: A file is missing or not of the form; names file, field and fix.
    """
    folder = directory / "cisco_mdt_11"
    paths = sorted(x for x in folder.glob("*.csv.gz") if x.name != _EVENTS)
    if not paths:
        raise InvalidData(str(folder), "*.csv.gz", f"is missing; {_FETCH}")
    found = [reading for path in paths for reading in _readings(path)]
    ends: dict[str, float] = {}
    for each in found:
        ends[each.table] = max(each.time, ends.get(each.table, each.time))
    ordered = tuple(sorted(found, key=lambda each: each.time))
    return Stream(ordered, _events(folder / _EVENTS), min(ends.values()))


def _events(path: Path) -> tuple[float, ...]:
    rows = list(_rows(path))
    try:
        return tuple(float(x["timestamp"]) for x in rows if x["device"] and x["interface"])
    except (KeyError, ValueError) as error:
        raise InvalidData(str(path), "timestamp, device, interface", f"{error}; {_FETCH}") from None


def _readings(path: Path) -> Iterator[Reading]:
    for at, row in enumerate(_rows(path), start=2):
        stamp, *columns = row
        try:
            time = _time(row[stamp])
        except ValueError as error:
            raise InvalidData(f"{path}:{at}", stamp, f"is no time ({error}); {_FETCH}") from None
        names = [x for x in columns if x.endswith("name") or x == "interface"]
        values = {x: row[x] for x in columns if row[x]}
        yield Reading(time, path.name, "/".join(row[x] or "" for x in names), values)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    try:
        with gzip.open(path, "rt", newline="") as handle:
            yield from csv.DictReader(handle)
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidData(str(path), "", f"is no packed CSV ({error}); {_FETCH}") from error


def _time(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return datetime.fromisoformat(text).timestamp()
