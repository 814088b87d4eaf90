"""Roll-ups: each minute and each hour of every series, as long as nobody needs the samples.

Hours are made from samples too and not from minutes, so that their percentiles are exact. A day's
roll-up is one file, named by the samples' files that it was made from: made again it is the same,
and samples that come late make it anew. It replaces its predecessor only once it is whole.
"""

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from forerunner.errors import InvalidData
from forerunner.store import files
from forerunner.store.counters import LONGEST_S, measures
from forerunner.store.places import Place, located
from forerunner.store.spans import quoted
from forerunner.store.store import QUARANTINE, Store
from forerunner.store.wanted import Wanted

PERIODS = {"minute": 60, "hour": 3600}
"""Names of roll-ups, and their seconds."""
_DIRECTORY, _FINAL = "rolled", "final"
_COLUMNS = "time, host, interface, metric, count, mean, p50, p95, max"


@dataclass(frozen=True)
class Keep:
    """For how many days what is kept.

    Attributes:
        samples: Samples, and values that were quarantined; a day goes only once it is rolled up.
        minute: Minutes.
        hour: Hours.
    """

    samples: int = 14
    minute: int = 90
    hour: int = 1100

    def __post_init__(self) -> None:
        """See that what is rolled up is not gone while it would be made again.

        Raises:
            InvalidData: Samples are kept longer than their minutes or hours, or nothing is kept.
        """
        for name in ("minute", "hour"):
            days = getattr(self, name)
            if not 1 <= self.samples <= days:
                problem = (
                    f"is {days} days; keep it as long as samples, which are kept {self.samples}"
                )
                raise InvalidData("telemetry_rollup_keep", name, problem)


@dataclass(frozen=True)
class Rolled:
    """What a roll-up says of one series in one minute or hour.

    Attributes:
        time: Its begin, in seconds since the epoch.
        host: Inventory name of the device.
        interface: Interface; empty for a value of the whole device.
        metric: Of a counter its rate, as `if_in_bit_s`.
        count: How many values.
        mean: Of the values.
        p50: Their median.
        p95: Their 95th percentile, by linear interpolation.
        max: The largest.
    """

    time: float
    host: str
    interface: str
    metric: str
    count: int
    mean: float
    p50: float
    p95: float
    max: float


class RollUps:
    """The roll-ups of a store.

    Args:
        path: The store's directory, or its URL on an object store.
        threads: How many a query may use.
    """

    def __init__(self, path: Path | Place | str, threads: int = 1) -> None:
        self._root, self._store = located(path), Store(path, threads)

    def roll_up(self, dry: bool = False) -> list[Place]:
        """Make what is missing or has changed, and return where it is.

        Args:
            dry: Make nothing.

        Raises:
            StoreError: A file is damaged, or the disk refuses.
        """
        days = ((source, name) for source in self._days() for name in PERIODS)
        pairs = ((source, self._target(source, name), PERIODS[name]) for source, name in days)
        return [
            target
            for source, target, seconds in pairs
            if not _current(target, source) and (dry or self._made(source, target, seconds))
        ]

    def read(self, period: str, wanted: Wanted) -> list[Rolled]:
        """Return what is known of minutes or hours, by time.

        Args:
            period: A name of `PERIODS`.
            wanted: Which series; metrics are those of `Rolled`.

        Raises:
            StoreError: A file is damaged.
        """
        directories = files.within(self._root / _DIRECTORY / period, wanted.since, wanted.until)
        found = [file for each in directories for file in each.glob("*.parquet")]
        if not found:
            return []
        conditions, values = wanted.conditions
        table = f"read_parquet([{', '.join(map(quoted, found))}], hive_partitioning = false)"
        query = f"SELECT {_COLUMNS} FROM {table} WHERE {conditions} ORDER BY {_COLUMNS}"  # noqa: S608
        return [Rolled(*row) for row in self._store.run(query, values)]

    def forget(self, keep: Keep, now: float | None = None, dry: bool = False) -> list[Place]:
        """Remove days that are older than what is kept, and return their directories.

        Samples of a day stay until both roll-ups of it are there, which are final then: what comes
        later still for such a day is older than what is kept, and is removed too.

        Args:
            keep: What is kept.
            now: Seconds since the epoch; None for this moment.
            dry: Remove nothing.
        """
        today = files.day(time.time() if now is None else now)
        rolled = self._root / _DIRECTORY
        samples = _before(self._root, today - timedelta(keep.samples))
        # Samples first: while their roll-ups are there, these are marked as final.
        old = [each for each in samples if self._done(each)]
        apart = ((rolled / "minute", keep.minute), (rolled / "hour", keep.hour))
        for root, days in (*apart, (self._root / QUARANTINE, keep.samples)):
            old += _before(root, today - timedelta(days))
        for directory in () if dry else old:
            self._remove(directory)
        return old

    def _days(self) -> list[Place]:
        directories = files.partitions(self._root, None, None)
        return [each for each in directories if files.samples(each)]

    def _target(self, source: Place, name: str) -> Place:
        return files.partition(self._root / _DIRECTORY / name, files.day_of(source))

    def _made(self, source: Place, target: Place, seconds: int) -> bool:
        """Make a day's roll-up; return False where somebody else is at it or has done it."""
        with target.alone() as mine:
            if not mine or _current(target, source):
                return False
            query, wanted = _query(files.day_of(source), seconds)
            made = target.put(
                _made_from(source), lambda path: self._store.copy(query, wanted, path)
            )
            files.remove([each for each in target.glob("*.parquet") if each != made])
        return True

    def _done(self, source: Place) -> bool:
        return all(_current(self._target(source, name), source) for name in PERIODS)

    def _remove(self, directory: Place) -> None:
        if directory.parent == self._root:
            for name in PERIODS:
                (self._target(directory, name) / _FINAL).touch()
        files.remove_partition(directory)


def _current(target: Place, source: Place) -> bool:
    """Return whether a day is rolled up as its samples are, or for good."""
    return (target / _FINAL).exists() or (target / _made_from(source)).exists()


def _query(of: date, seconds: int) -> tuple[str, Wanted]:
    begin = datetime(of.year, of.month, of.day, tzinfo=UTC).timestamp()
    bucket = f"floor(time / {seconds}) * {seconds}"
    query = f"""
        SELECT {bucket} AS time, host, interface, metric, count(*) AS count, avg(value) AS mean,
            quantile_cont(value, 0.5) AS p50, quantile_cont(value, 0.95) AS p95, max(value) AS max
        FROM {measures("{table}", "{where}")} WHERE time >= {begin}
        GROUP BY {bucket}, host, interface, metric ORDER BY ALL"""  # noqa: S608 - our own names
    # A counter's first rate of the day begins the day before.
    return query, Wanted(since=begin - LONGEST_S, until=begin + timedelta(days=1).total_seconds())


def _made_from(source: Place) -> str:
    """Return the name of the roll-up of a day's samples as they are now."""
    names = sorted(each.name for each in files.samples(source))
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:32] + ".parquet"


def _before(directory: Place, first: date) -> Iterator[Place]:
    return (each for each in files.partitions(directory, None, None) if files.day_of(each) < first)
