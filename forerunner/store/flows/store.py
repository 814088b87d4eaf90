"""Flow records as Parquet files, by the same rules as samples: whole files, one directory a day.

A flow lies in the day of its first packet. What one file of a collector held is in files that are
named by its content: imported again, it replaces itself. A file that a collector went on with, and
another collector beside it, bring the same record in another file; it is read once, for no exporter
sends two records of one flow with the same times.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forerunner.errors import InvalidData
from forerunner.store import columns, files
from forerunner.store.errors import StoreError
from forerunner.store.flows.coverage import Covered, Gap, gaps
from forerunner.store.flows.records import COLUMNS, LONGEST_S, FlowRecord, table_of
from forerunner.store.spans import quoted

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

DIRECTORY = "flows"
"""Below the telemetry store's own directory."""
QUARANTINE = "quarantine"
"""Below it: what collectors wrote and is no flow, as text."""
_COVERAGE = "coverage"


class FlowStore:
    """The flow records below a telemetry store. Any number of processes may write and read.

    Args:
        path: The telemetry store's directory.
    """

    def __init__(self, path: Path | str) -> None:
        self.root = Path(path) / DIRECTORY

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
        rows = [{name: getattr(row, name) for name in kinds} for row in covered]
        begin = min((row.time for row in covered), default=at)
        table = pa.Table.from_pylist(rows, pa.schema(list(kinds.items())))
        self._place(self._concluded(at), digest, 0, files.span_of(begin, at), table)

    def concluded(self, since: float) -> set[str]:
        """Return the digests of the files that are imported and were closed since a time."""
        days = files.within(self.root / _COVERAGE, since, None)
        return {file.name.split("-")[1] for day in days for file in day.glob("*.parquet")}

    def coverage(self, since: float, until: float) -> list[Covered]:
        """Return what collectors covered of a span in seconds since the epoch, by time.

        Raises:
            StoreError: A file is damaged; names it.
        """
        found = list(_reaching(self.root / _COVERAGE, since, until))
        if not found:
            return []
        names = ", ".join(f'"{name}"' for name in Covered.__dataclass_fields__)
        query = f"SELECT DISTINCT {names} {_from(found, since, until)} ORDER BY ALL"
        return [Covered(*row) for row in self.ask(self.connect(), query)]

    def gaps(self, since: float, until: float, exporters: Sequence[str]) -> list[Gap]:
        """Return when of a span nobody collected what an exporter sent, by exporter and time.

        Raises:
            StoreError: A file is damaged; names it.
        """
        return gaps(self.coverage(since, until), since, until, exporters)

    def records(self, since: float, until: float) -> str | None:
        """Return the SQL of what reaches into a span, each record once; None where nothing does.

        Raises:
            InvalidData: The span ends before it begins.
        """
        if not since < until:
            raise InvalidData("span of flows", f"{since} to {until}", "it must end after its begin")
        found = list(_reaching(self.root, since, until))
        names = ", ".join(f'"{name}"' for name in COLUMNS)
        return f"SELECT DISTINCT {names} {_from(found, since, until)}" if found else None

    def connect(self) -> "duckdb.DuckDBPyConnection":
        """Return a database of one's own; what its memory does not hold goes to the disk."""
        import duckdb  # noqa: PLC0415

        spill = str(self.root / ".spill")
        return duckdb.connect(
            config={"threads": 1, "memory_limit": "512MB", "temp_directory": spill}
        )

    def ask(
        self, database: "duckdb.DuckDBPyConnection", query: str, values: Sequence[object] = ()
    ) -> list[tuple[Any, ...]]:
        """Return what a query says.

        Raises:
            StoreError: A file is damaged, names it; or the disk refuses.
        """
        import duckdb  # noqa: PLC0415

        try:
            return database.execute(query, values).fetchall()
        except duckdb.Error as error:
            raise StoreError(f"store {self.root}: cannot read: {error}") from error

    def forget(self, before: float, dry: bool = False) -> list[Path]:
        """Remove the days before that of a time in seconds since the epoch, and return them."""
        last = files.day(before)
        roots = (self.root, self.root / _COVERAGE)
        days = (each for root in roots for each in files.partitions(root, None, None))
        old = [each for each in days if files.day_of(each) < last]
        for directory in () if dry else old:
            files.remove_partition(directory)
        return old

    def _concluded(self, at: float) -> Path:
        return files.partition(self.root / _COVERAGE, files.day(at))

    def _place(
        self, directory: Path, digest: str, number: int, between: files.Span, table: "pa.Table"
    ) -> None:
        import pyarrow.parquet as pq  # noqa: PLC0415

        name = f"0-{digest}-{number}-{between[0]:.0f}-{between[1]:.0f}.parquet"
        try:
            files.place(directory, name, lambda path: pq.write_table(table, path))
        except OSError as error:
            raise StoreError(f"store {self.root}: cannot write: {error}") from error


def _reaching(root: Path, since: float, until: float) -> Iterator[Path]:
    """Yield the files that reach into a span: a record may have begun, or ended, a day apart."""
    for directory in files.within(root, since - LONGEST_S, until + LONGEST_S):
        for file in sorted(directory.glob("*.parquet")):
            if files.reaches(file, since, until):
                yield file


def _from(found: Sequence[Path], since: float, until: float) -> str:
    names = ", ".join(map(quoted, found))
    table = f"read_parquet([{names}], hive_partitioning = false)"
    return f'FROM {table} WHERE "end" >= {float(since)!r} AND time < {float(until)!r}'
