"""The files of the store: one directory a UTC day, one of each site in it, whole files only.

A file is named `<level>-<unique>-<first>-<last>.parquet`: level 0 is what one append wrote, a file
of level n + 1 replaces `FAN_IN` files of level n, and its times in milliseconds lie from first to
last. It is not seen under its name until it is whole and safe.
"""

import math
import time
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime

from forerunner.store.places import Fill, Place

FAN_IN = 32
_SITE = "site="
_MS = 1000
_PARTS = 5
Span = tuple[float, float]
"""First and last time of a file, in milliseconds since the epoch."""
_ANY: Span = (-math.inf, math.inf)


def day(time_s: float) -> date:
    """Return the UTC day of a point in time, in seconds since the epoch."""
    return datetime.fromtimestamp(time_s, UTC).date()


def partition(root: Place, of: date) -> Place:
    """Return the directory of a day."""
    return root / f"date={of.isoformat()}"


def partitions(root: Place, since: date | None, until: date | None) -> list[Place]:
    """Return the directories of the days that lie in a span, oldest first; None is open."""
    first = partition(root, since).name if since else ""
    last = partition(root, until).name if until else "date=~"
    return sorted(each for each in root.glob("date=*") if first <= each.name <= last)


def within(root: Place, since_s: float | None, until_s: float | None) -> list[Place]:
    """Return the directories of a span in seconds since the epoch, oldest first; None is open."""
    days = (None if each is None else day(each) for each in (since_s, until_s))
    return partitions(root, *days)


def day_of(partition: Place) -> date:
    """Return the day of a directory."""
    return date.fromisoformat(partition.name.removeprefix("date="))


def level(file: Place) -> int:
    """Return how often what a file holds was merged."""
    return int(file.name.split("-", 1)[0])


def span(file: Place) -> Span:
    """Return between which times the samples of a file lie, in milliseconds since the epoch.

    A file that does not say so, of an earlier version, may hold any.
    """
    parts = file.stem.split("-")
    if len(parts) != _PARTS:
        return _ANY
    return float(int(parts[3])), float(int(parts[4]))


def span_of(first_s: float, last_s: float) -> Span:
    """Return the span of times in seconds."""
    return math.floor(first_s * _MS), math.ceil(last_s * _MS)


def joined(found: Iterable[Place]) -> Span:
    """Return the span of all files together."""
    spans = [span(file) for file in found]
    return min(first for first, _ in spans), max(last for _, last in spans)


def mergeable(directory: Place) -> list[Place]:
    """Return files of one level of a day, as many as are worth a merge; none where fewer are."""
    by_level: dict[int, list[Place]] = defaultdict(list)
    for file in sorted(directory.glob("*.parquet")):
        by_level[level(file)].append(file)
    full = [group for group in by_level.values() if len(group) >= FAN_IN]
    return full[0] if full else []


def reaches(file: Place, since: float | None, until: float | None) -> bool:
    """Return whether a file can hold samples of a span, in seconds since the epoch."""
    first, last = span(file)
    return (since is None or last >= since * _MS) and (until is None or first < until * _MS)


def sites(partition: Place, some: Collection[str] | None = None) -> list[Place]:
    """Return the directories of a day: of all sites and of none, or of some sites."""
    if some is not None:
        return [site(partition, name) for name in sorted(some)]
    return [partition, *sorted(partition.glob(f"{_SITE}*"))]


def site(partition: Place, name: str) -> Place:
    """Return the directory of a day that holds a site's samples; the day's own for no site."""
    return partition / f"{_SITE}{name}" if name else partition


def samples(partition: Place, some: Collection[str] | None = None) -> list[Place]:
    """Return the files of a day, of all sites or of some."""
    return [file for each in sites(partition, some) for file in each.glob("*.parquet")]


def write(directory: Place, at_level: int, between: Span, fill: Fill) -> Place:
    """Write a file whole or not at all, and return it once it is safe.

    Args:
        directory: The partition; it is made when it is missing.
        at_level: Level of the new file.
        between: Between which times its samples lie.
        fill: Writes the content to the local path that it is given.
    """
    unique = f"{time.time_ns():x}-{uuid.uuid4().hex[:8]}"
    times = "".join(f"-{each:.0f}" for each in between) if between != _ANY else ""
    return directory.put(f"{at_level}-{unique}{times}.parquet", fill)


def remove_partition(directory: Place) -> None:
    """Remove a day with all that is in it."""
    for each in reversed(sites(directory)):
        remove([*each.iterdir()])
        each.rmdir()


def remove(files: Sequence[Place]) -> None:
    """Remove files that a merged one replaces."""
    for file in files:
        file.unlink(missing_ok=True)
