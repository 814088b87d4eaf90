"""Flow records as Parquet files, by the same rules as samples: whole files, one directory a day.

A flow lies in the day of its first packet. What one file of a collector held is in files that are
named by its content: imported again, it replaces itself. A file that a collector went on with, and
another collector beside it, bring the same record in another file; it is read once, for no exporter
sends two records of one flow with the same times.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forerunner.store import columns, files
from forerunner.store.errors import StoreError, scrubbed
from forerunner.store.flows.coverage import Covered, Gap, gaps
from forerunner.store.flows.records import COLUMNS, LONGEST_S, FlowRecord, table_of
from forerunner.store.places import LocalPlace, Place, located
from forerunner.store.spans import quoted

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

DIRECTORY = "flows"
"""Below the telemetry store's own directory."""
QUARANTINE = "quarantine"
"""Below it: what collectors wrote and is no flow, as text."""
_COVERAGE = "coverage"
# A reader that lists a file just before a merge removes it looks again.
_ATTEMPTS = 5


class FlowStore:
    """The flow records below a telemetry store. Any number of processes may write and read.

    Args:
        path: The telemetry store's directory, or its URL on an object store.
    """

    def __init__(self, path: Path | str) -> None:
        self.root = located(path) / DIRECTORY

    def add(self, digest: str, number: int, records: Sequence[FlowRecord]) -> None:
        """Write records; the same batch of the same file replaces itself.

        Args:
            digest: Of the collector's file.
            number: Of the batch in it.
            records: Of any days.

        Raises:
            StoreError: The disk refuses.
        """
        for of, group in columns.by_day(table_of(records)):
            between = files.span_of(group["time"].to_numpy().min(), group["end"].to_numpy().max())
            self._place(files.partition(self.root, of), digest, number, between, group)

    def put_aside(self, digest: str, at: float, lines: str) -> None:
        """Keep what a collector's file held and is no flow, as text, as long as records are kept.

        Args:
            digest: Of the collector's file.
            at: When the collector closed it, in seconds since the epoch.
            lines: One of JSON for each.

        Raises:
            StoreError: The disk refuses.
        """
        try:
            directory = files.partition(self.root / QUARANTINE, files.day(at))
            directory.put(f"{digest}.jsonl", lambda path: path.write_text(lines))
        except self.root.troubles as error:
            raise StoreError(f"store {self.root}: cannot write: {scrubbed(error)}") from None

    def conclude(self, digest: str, at: float, covered: Sequence[Covered]) -> None:
        """Say that a collector's file is imported, and which time of which exporter it covers.

        Args:
            digest: Of the collector's file.
            at: When the collector closed it, in seconds since the epoch.
            covered: A row for each exporter that the collector knew.

        Raises:
            StoreError: The disk refuses.
        """
        import pyarrow as pa  # noqa: PLC0415

        kinds = {"time": pa.float64(), "end": pa.float64(), "collector": pa.string()}
        kinds |= {"exporter": pa.string(), "flows": pa.int64(), "lost": pa.int64()}
        # One of nobody: a file that knows no exporter is imported, too.
        rows = [asdict(row) for row in (*covered, Covered(at, at, "", "", 0, 0))]
        table = pa.Table.from_pylist(rows, pa.schema(list(kinds.items())))
        table = table.append_column("file", pa.array([digest] * len(rows), pa.string()))
        begin = min(row["time"] for row in rows)
        directory = files.partition(self.root / _COVERAGE, files.day(at))
        self._place(directory, digest, 0, files.span_of(begin, at), table)

    def concluded(self, since: float) -> set[str]:
        """Return the digests of the files that are imported and were closed since a time.

        Raises:
            StoreError: A file is damaged; names it.
        """
        days = files.within(self.root / _COVERAGE, since, None)
        rows = self._asked(
            self.connect(),
            lambda: [file for day in days for file in day.glob("*.parquet")],
            lambda found: f"SELECT DISTINCT file FROM {_read(found)}",  # noqa: S608 - our own names
        )
        return {digest for (digest,) in rows or ()}

    def compact(self) -> int:
        """Merge small files where many have gathered; return how many files were replaced.

        What is merged stays readable throughout: the new file is there before the old ones go.

        Raises:
            StoreError: A file is damaged, names it; or the disk refuses.
        """
        roots = (self.root, self.root / _COVERAGE)
        return sum(self._merge(day) for root in roots for day in files.partitions(root, None, None))

    def coverage(self, since: float, until: float) -> list[Covered]:
        """Return what collectors covered of a span in seconds since the epoch, by time.

        Raises:
            StoreError: A file is damaged; names it.
        """
        names = ", ".join(f'"{name}"' for name in Covered.__dataclass_fields__)
        rows = self._asked(
            self.connect(),
            lambda: list(_reaching(self.root / _COVERAGE, since, until)),
            lambda found: (
                f"SELECT DISTINCT {names} {_from(found, since, until)} AND exporter <> ''"
                " ORDER BY ALL"
            ),
        )
        return [Covered(*row) for row in rows or ()]

    def gaps(self, since: float, until: float, exporters: Sequence[str]) -> list[Gap]:
        """Return when of a span nobody collected what an exporter sent, by exporter and time.

        Raises:
            StoreError: A file is damaged; names it.
        """
        return gaps(self.coverage(since, until), since, until, exporters)

    def load(self, database: "duckdb.DuckDBPyConnection", since: float, until: float) -> bool:
        """Make table `records` of what reaches into a span, each record once.

        Args:
            database: Of `connect`.
            since: In seconds since the epoch.
            until: In seconds since the epoch.

        Returns:
            Whether there is any; else there is no table.

        Raises:
            StoreError: A file is damaged; names it.
        """
        names = ", ".join(f'"{name}"' for name in COLUMNS)
        made = self._asked(
            database,
            lambda: list(_reaching(self.root, since, until)),
            lambda found: (
                f"CREATE TEMP TABLE records AS SELECT DISTINCT {names} {_from(found, since, until)}"
            ),
        )
        return made is not None

    def connect(self) -> "duckdb.DuckDBPyConnection":
        """Return a database of one's own; what its memory does not hold goes to the disk."""
        import duckdb  # noqa: PLC0415

        config: dict[str, str | bool | int | float | list[str]] = {
            "threads": 1,
            "memory_limit": "512MB",
        }
        if isinstance(self.root, LocalPlace):
            config["temp_directory"] = str(self.root / ".spill")
        database = duckdb.connect(config=config)
        self.root.register(database)
        return database

    def ask(
        self, database: "duckdb.DuckDBPyConnection", query: str, values: Sequence[object] = ()
    ) -> list[tuple[Any, ...]]:
        """Return what a query says.

        Raises:
            StoreError: A file is damaged, names it; or the disk refuses.
        """
        import duckdb  # noqa: PLC0415

        troubles: tuple[type[Exception], ...] = (duckdb.Error, *self.root.troubles)
        try:
            return database.execute(query, values).fetchall()
        except troubles as error:
            raise StoreError(f"store {self.root}: cannot read: {scrubbed(error)}") from None

    def _asked(
        self,
        database: "duckdb.DuckDBPyConnection",
        look: Callable[[], list[Place]],
        query: Callable[[list[Place]], str],
    ) -> list[tuple[Any, ...]] | None:
        """Return what a query says of files, after a merge of others; None where there are none."""
        for attempt in range(_ATTEMPTS):
            found = look()
            if not found:
                return None
            try:
                return self.ask(database, query(found))
            except StoreError:
                if attempt + 1 == _ATTEMPTS or all(file.exists() for file in found):
                    raise
        return None

    def forget(self, before: float, dry: bool = False) -> list[Place]:
        """Remove the days before that of a time in seconds since the epoch, and return them."""
        last = files.day(before)
        roots = (self.root, self.root / _COVERAGE, self.root / QUARANTINE)
        days = (each for root in roots for each in files.partitions(root, None, None))
        old = [each for each in days if files.day_of(each) < last]
        for directory in () if dry else old:
            files.remove_partition(directory)
        return old

    def _merge(self, directory: Place) -> int:
        replaced = 0
        with directory.alone() as mine:
            directory.sweep()
            while mine and (group := files.mergeable(directory)):
                query = f"SELECT DISTINCT * FROM {_read(group)} ORDER BY time"  # noqa: S608
                level = max(map(files.level, group)) + 1
                files.write(directory, level, files.joined(group), partial(self._copy, query))
                files.remove(group)
                replaced += len(group)
        return replaced

    def _copy(self, query: str, path: Path) -> None:
        self.ask(self.connect(), f"COPY ({query}) TO {quoted(path)} (FORMAT parquet)")

    def _place(
        self, directory: Place, digest: str, number: int, between: files.Span, table: "pa.Table"
    ) -> None:
        import pyarrow.parquet as pq  # noqa: PLC0415

        name = f"0-{digest}-{number}-{between[0]:.0f}-{between[1]:.0f}.parquet"
        try:
            directory.put(name, lambda path: pq.write_table(table, path))
        except self.root.troubles as error:
            raise StoreError(f"store {self.root}: cannot write: {scrubbed(error)}") from None


def _reaching(root: Place, since: float, until: float) -> Iterator[Place]:
    """Yield the files that reach into a span: a record may have begun, or ended, a day apart."""
    for directory in files.within(root, since - LONGEST_S, until + LONGEST_S):
        for file in sorted(directory.glob("*.parquet")):
            if files.reaches(file, since, until):
                yield file


def _from(found: Sequence[Place], since: float, until: float) -> str:
    return f'FROM {_read(found)} WHERE "end" >= {float(since)!r} AND time < {float(until)!r}'


def _read(found: Sequence[Place]) -> str:
    return f"read_parquet([{', '.join(map(quoted, found))}], hive_partitioning = false)"
