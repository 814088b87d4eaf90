"""The files of the store: one directory a UTC day, whole files only.

A file is named `<level>-<unique>-<first>-<last>.parquet`: level 0 is what one append wrote, a file
of level n + 1 replaces `FAN_IN` files of level n, and its times in milliseconds lie from first to
last. Until it is whole and on the disk it is called `.<name>.tmp`.
"""

import math
import os
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path

FAN_IN = 32
# A temporary file this old belongs to a writer that died.
_ABANDONED_S = 3600.0
_MS = 1000
_PARTS = 5
Span = tuple[float, float]
"""First and last time of a file, in milliseconds since the epoch."""
_ANY: Span = (-math.inf, math.inf)


def day(time_s: float) -> date:
    """Return the UTC day of a point in time, in seconds since the epoch."""
    return datetime.fromtimestamp(time_s, UTC).date()


def partition(root: Path, of: date) -> Path:
    """Return the directory of a day."""
    return root / f"date={of.isoformat()}"


def partitions(root: Path, since: date | None, until: date | None) -> list[Path]:
    """Return the directories of the days that lie in a span, oldest first; None is open."""
    first = partition(root, since).name if since else ""
    last = partition(root, until).name if until else "date=~"
    return sorted(each for each in root.glob("date=*") if first <= each.name <= last)


def within(root: Path, since_s: float | None, until_s: float | None) -> list[Path]:
    """Return the directories of a span in seconds since the epoch, oldest first; None is open."""
    days = (None if each is None else day(each) for each in (since_s, until_s))
    return partitions(root, *days)


def day_of(partition: Path) -> date:
    """Return the day of a directory."""
    return date.fromisoformat(partition.name.removeprefix("date="))


def level(file: Path) -> int:
    """Return how often what a file holds was merged."""
    return int(file.name.split("-", 1)[0])


def span(file: Path) -> Span:
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


def joined(found: Iterable[Path]) -> Span:
    """Return the span of all files together."""
    spans = [span(file) for file in found]
    return min(first for first, _ in spans), max(last for _, last in spans)


def mergeable(directory: Path) -> list[Path]:
    """Return files of one level of a day, as many as are worth a merge; none where fewer are."""
    by_level: dict[int, list[Path]] = defaultdict(list)
    for file in sorted(directory.glob("*.parquet")):
        by_level[level(file)].append(file)
    full = [group for group in by_level.values() if len(group) >= FAN_IN]
    return full[0] if full else []


def reaches(file: Path, since: float | None, until: float | None) -> bool:
    """Return whether a file can hold samples of a span, in seconds since the epoch."""
    first, last = span(file)
    return (since is None or last >= since * _MS) and (until is None or first < until * _MS)


def write(directory: Path, at_level: int, between: Span, fill: Callable[[Path], object]) -> Path:
    """Write a file whole or not at all, and return it once it is safe on the disk.

    Args:
        directory: The partition; it is made when it is missing.
        at_level: Level of the new file.
        between: Between which times its samples lie.
        fill: Writes the content to the path that it is given.
    """
    unique = f"{time.time_ns():x}-{uuid.uuid4().hex[:8]}"
    times = "".join(f"-{each:.0f}" for each in between) if between != _ANY else ""
    return place(directory, f"{at_level}-{unique}{times}.parquet", fill)


def place(directory: Path, name: str, fill: Callable[[Path], object]) -> Path:
    """Write a file of a name whole or not at all, and return it once it is safe on the disk.

    Args:
        directory: Where; it is made when it is missing.
        name: Of the file; one that is there is replaced.
        fill: Writes the content to the path that it is given.
    """
    directory.mkdir(parents=True, exist_ok=True)
    temporary = directory / f".{name}.{uuid.uuid4().hex[:8]}.tmp"
    try:
        fill(temporary)
        _sync(temporary)
        return temporary.rename(directory / name)
    finally:
        temporary.unlink(missing_ok=True)
        _sync(directory)


def remove_partition(directory: Path) -> None:
    """Remove a day with all that is in it."""
    remove([*directory.iterdir()])
    directory.rmdir()


def remove(files: list[Path]) -> None:
    """Remove files that a merged one replaces."""
    for file in files:
        file.unlink(missing_ok=True)


def remove_abandoned(directory: Path) -> None:
    """Remove what writers left that died in the middle of a file."""
    limit = time.time() - _ABANDONED_S
    for file in directory.glob(".*.tmp"):
        try:
            if file.stat().st_mtime < limit:
                file.unlink()
        except FileNotFoundError:
            continue


@contextmanager
def alone(directory: Path) -> Iterator[bool]:
    """Hold a partition's lock for merging; gives False when another process holds it."""
    directory.mkdir(parents=True, exist_ok=True)
    handle = os.open(directory / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        flock(handle, LOCK_EX | LOCK_NB)
        yield True
    except BlockingIOError:
        yield False
    finally:
        os.close(handle)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
