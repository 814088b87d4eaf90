"""Samples in and out of Parquet files."""

import logging
import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forerunner.model import Sample
from forerunner.store import files
from forerunner.store.errors import StoreError

if TYPE_CHECKING:
    import duckdb

_log = logging.getLogger(__name__)
_KEY = "time, host, interface, metric"
# A reader that lists a file just before a merge removes it looks again.
_ATTEMPTS = 5


class Store:
    """Telemetry below one directory. Any number of processes may write, read and compact it.

    The same sample written twice (by a retry, or by a merge that was killed half way) is read
    once: time, host, interface and metric are its key.
    """

    def __init__(self, path: Path | str) -> None:
        self._root = Path(path)
        self._database: duckdb.DuckDBPyConnection | None = None

    def append(self, samples: Iterable[Sample]) -> int:
        """Write samples, whole or not at all for each UTC day, and return how many.

        Raises:
            StoreError: A time is not finite, or the disk refuses.
        """
        by_day: dict[Any, list[Sample]] = defaultdict(list)
        for sample in samples:
            if not math.isfinite(sample.time):
                raise StoreError(f"store {self._root}: a sample's time is {sample.time}: {sample}")
            by_day[files.day(sample.time)].append(sample)
        for of, group in by_day.items():
            self._write(files.partition(self._root, of), group)
        return sum(map(len, by_day.values()))

    def read(
        self,
        metrics: Collection[str] | None = None,
        hosts: Collection[str] | None = None,
        since: float | None = None,
        until: float | None = None,
    ) -> list[Sample]:
        """Return the samples that were asked for, by time.

        Args:
            metrics: Names of metrics; None for all.
            hosts: Names of hosts; None for all.
            since: First time, in seconds since the epoch; None for no limit.
            until: The time before which they lie; None for no limit.

        Raises:
            StoreError: A file is damaged; names it.
        """
        query = "SELECT {key}, max(value) FROM {table} WHERE {where} GROUP BY ALL ORDER BY {key}"
        return self._query(query, metrics, hosts, since, until)

    def compact(self) -> int:
        """Merge small files where many have gathered; return how many files were replaced.

        What is merged stays readable throughout: the new file is there before the old ones go.
        """
        return sum(
            self._compact(directory) for directory in files.partitions(self._root, None, None)
        )

    def _compact(self, directory: Path) -> int:
        with files.alone(directory) as mine:
            if not mine:
                return 0
            files.remove_abandoned(directory)
            replaced = 0
            while group := _mergeable(directory):
                self._merge(directory, group)
                replaced += len(group)
            return replaced

    def _merge(self, directory: Path, group: list[Path]) -> None:
        rows = f"FROM {_table(group)} GROUP BY ALL ORDER BY {_KEY}"
        query = f"SELECT {_KEY}, max(value) AS value {rows}"

        def fill(path: Path) -> None:
            self._cursor().execute(f"COPY ({query}) TO {_quoted(path)} (FORMAT parquet)")

        files.write(directory, max(map(files.level, group)) + 1, fill)
        files.remove(group)

    def _write(self, directory: Path, samples: Sequence[Sample]) -> None:
        import pyarrow as pa  # noqa: PLC0415
        import pyarrow.parquet as pq  # noqa: PLC0415

        columns = {
            "time": pa.array([each.time for each in samples], pa.float64()),
            "host": pa.array([each.host for each in samples], pa.string()),
            "interface": pa.array([each.interface for each in samples], pa.string()),
            "metric": pa.array([each.metric for each in samples], pa.string()),
            "value": pa.array([each.value for each in samples], pa.float64()),
        }
        table = pa.table(columns)
        try:
            files.write(directory, 0, lambda path: pq.write_table(table, path))
        except OSError as error:
            raise StoreError(f"store {self._root}: cannot write: {error}") from error

    def _query(
        self,
        query: str,
        metrics: Collection[str] | None,
        hosts: Collection[str] | None,
        since: float | None,
        until: float | None,
    ) -> list[Sample]:
        conditions, values = _conditions(metrics, hosts, since, until)
        days = (None if each is None else files.day(each) for each in (since, until))
        directories = files.partitions(self._root, *days)
        for attempt in range(_ATTEMPTS):
            found = [file for each in directories for file in sorted(each.glob("*.parquet"))]
            if not found:
                return []
            text = query.format(key=_KEY, table=_table(found), where=conditions)
            try:
                return [Sample(*row) for row in self._run(text, values)]
            except StoreError:
                if attempt + 1 == _ATTEMPTS or all(file.exists() for file in found):
                    raise
        return []

    def _run(self, query: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        import duckdb  # noqa: PLC0415

        try:
            return self._cursor().execute(query, values).fetchall()
        except duckdb.Error as error:
            raise StoreError(f"store {self._root}: cannot read: {error}") from error

    def _cursor(self) -> "duckdb.DuckDBPyConnection":
        # Loading DuckDB takes half a second, which a process that never reads should not pay.
        if self._database is None:
            import duckdb  # noqa: PLC0415

            self._database = duckdb.connect(config={"threads": 1, "memory_limit": "512MB"})
        return self._database.cursor()


def _conditions(
    metrics: Collection[str] | None,
    hosts: Collection[str] | None,
    since: float | None,
    until: float | None,
) -> tuple[str, list[object]]:
    wanted = {
        "list_contains(?, metric)": None if metrics is None else list(metrics),
        "list_contains(?, host)": None if hosts is None else list(hosts),
        "time >= ?": since,
        "time < ?": until,
    }
    given = {text: value for text, value in wanted.items() if value is not None}
    return " AND ".join(given) or "true", list(given.values())


def _mergeable(directory: Path) -> list[Path]:
    by_level: dict[int, list[Path]] = defaultdict(list)
    for file in sorted(directory.glob("*.parquet")):
        by_level[files.level(file)].append(file)
    full = [group for group in by_level.values() if len(group) >= files.FAN_IN]
    return full[0] if full else []


def _table(found: Sequence[Path]) -> str:
    names = ", ".join(_quoted(file) for file in found)
    return f"read_parquet([{names}], hive_partitioning = false)"


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
