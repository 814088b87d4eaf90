"""Samples in and out of Parquet files."""

import ctypes
import logging
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forerunner.model import Sample
from forerunner.store import columns, files
from forerunner.store.bounds import sifted
from forerunner.store.errors import StoreError, scrubbed
from forerunner.store.places import Place, located
from forerunner.store.spans import KEY, quoted, relation
from forerunner.store.wanted import Wanted

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

_log = logging.getLogger(__name__)
QUARANTINE = "quarantine"
"""Directory of values that cannot be, below the store's own; a store of the same form."""
# A reader that lists a file just before a merge removes it looks again.
_ATTEMPTS = 5
# Values hardly repeat: a dictionary of them would take as long to make as all the rest. LZ4 is read
# the fastest; a merge makes the files smaller.
_FORM: Mapping[str, Any] = {"use_dictionary": ["time", *columns.NAMES], "compression": "lz4"}
_SITE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


class Store:
    """Telemetry below one directory. Any number of processes may write, read and compact it.

    The same sample written twice (by a retry, or by a merge that was killed half way) is read
    once: time, host, interface and metric are its key.

    Args:
        path: The directory, which is made when something is written, or its URL on an object store,
            as `s3://bucket/prefix`.
        threads: How many a query may use; one beside work that must not be held up.
        site: Where the samples that are written come from; each site has files of its own. Empty
            where there is only one.

    Raises:
        StoreError: The URL is none of an object store, or the site's name is none.
    """

    def __init__(self, path: Path | Place | str, threads: int = 1, site: str = "") -> None:
        if site and not _SITE.fullmatch(site):
            raise StoreError(
                f"store: {site!r} is no name of a site; use letters, digits, . _ and -"
            )
        self._root, self._threads, self._site = located(path), threads, site
        self._database: duckdb.DuckDBPyConnection | None = None

    def append(self, samples: Iterable[Sample]) -> int:
        """Write samples, whole or not at all for each UTC day, and return how many.

        Raises:
            StoreError: A time is not finite, or the disk refuses.
        """
        return self.append_tables([columns.table_of(samples)])

    def append_tables(self, tables: Sequence["pa.Table"]) -> int:
        """Write tables of samples, whole or not at all for each UTC day, and return how many.

        Values beyond the bounds of their metric are kept apart, below `quarantine`, and logged.

        Args:
            tables: `time` in seconds since the epoch, `host`, `interface`, `metric`, `value`; other
                columns are left out. One that is ordered by time, or by series, is written without
                looking for samples that are there twice.

        Raises:
            StoreError: A column is missing, a time is not finite, or the disk refuses.
        """
        good, bad = sifted(columns.fitting(tables))
        for samples, root in ((good, self._root), (bad, self._root / QUARANTINE)):
            for of, group in columns.by_day(samples):
                directory = files.site(files.partition(root, of), self._site)
                self._write(directory, columns.unique(group))
        if len(bad):
            found = ", ".join(sorted(set(bad["metric"].to_pylist())))
            _log.warning("%s: %d values of %s are quarantined", self._root, len(bad), found)
        return len(good)

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
        query = f"SELECT {KEY}, value FROM {{table}} WHERE {{where}} ORDER BY {KEY}"  # noqa: S608
        wanted = Wanted(metrics, hosts, since, until)
        return [Sample(*row) for row in self.ask(query, wanted)]

    def ask(self, query: str, wanted: Wanted) -> list[tuple[Any, ...]]:
        """Return what a query says of the samples that were asked for; nothing where none are.

        Args:
            query: SQL with `{table}`, whose columns are those of a sample, and `{where}`.
            wanted: Which samples.

        Raises:
            StoreError: A file is damaged; names it.
        """
        return self._attempted(query, wanted)

    def copy(self, query: str, wanted: Wanted, path: Path) -> None:
        """Write what a query says to a Parquet file, as `ask` returns it.

        Raises:
            StoreError: A file is damaged, names it; or the disk refuses.
        """
        self._attempted(f"COPY ({query}) TO {quoted(path)} (FORMAT parquet)", wanted)

    def _attempted(self, query: str, wanted: Wanted) -> list[tuple[Any, ...]]:
        conditions, values = wanted.conditions
        for attempt in range(_ATTEMPTS):
            found = self.files(wanted.since, wanted.until, wanted.sites)
            if not found:
                return []
            text = query.format(table=relation(found), where=conditions)
            try:
                return self.run(text, values)
            except StoreError:
                if attempt + 1 == _ATTEMPTS or all(file.exists() for file in found):
                    raise
        return []

    def files(
        self,
        since: float | None = None,
        until: float | None = None,
        sites: Collection[str] | None = None,
    ) -> list[Place]:
        """Return the files that can hold samples of a span, in seconds since the epoch."""
        directories = files.within(self._root, since, until)
        found = (file for each in directories for file in files.samples(each, sites))
        return sorted(file for file in found if files.reaches(file, since, until))

    def compact(self) -> int:
        """Merge small files where many have gathered; return how many files were replaced.

        What is merged stays readable throughout: the new file is there before the old ones go.
        """
        days = files.partitions(self._root, None, None)
        return sum(self._compact(directory) for day in days for directory in files.sites(day))

    def _compact(self, directory: Place) -> int:
        with directory.alone() as mine:
            if not mine:
                return 0
            directory.sweep()
            replaced = 0
            while group := files.mergeable(directory):
                self._merge(directory, group)
                replaced += len(group)
            return replaced

    def _merge(self, directory: Place, group: list[Place]) -> None:
        query = f"SELECT {KEY}, value FROM {relation(group)} ORDER BY {KEY}"  # noqa: S608

        def fill(path: Path) -> None:
            self.run(f"COPY ({query}) TO {quoted(path)} (FORMAT parquet)", ())

        level = max(map(files.level, group)) + 1
        files.write(directory, level, files.joined(group), fill)
        files.remove(group)

    def _write(self, directory: Place, table: "pa.Table") -> None:
        import pyarrow.compute as pc  # noqa: PLC0415
        import pyarrow.parquet as pq  # noqa: PLC0415

        ends = pc.min_max(table["time"]).as_py()
        between = files.span_of(ends["min"], ends["max"])
        try:
            files.write(directory, 0, between, lambda path: pq.write_table(table, path, **_FORM))
        except OSError as error:
            raise StoreError(f"store {self._root}: cannot write: {error}") from error

    def run(self, query: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        """Return what a query says.

        Raises:
            StoreError: A file is damaged, names it; or the disk refuses.
        """
        import duckdb  # noqa: PLC0415

        troubles: tuple[type[Exception], ...] = (duckdb.Error, *self._root.troubles)
        try:
            return self._cursor().execute(query, values).fetchall()
        except troubles as error:
            raise StoreError(f"store {self._root}: cannot read: {scrubbed(error)}") from None

    def release(self) -> None:
        """Give memory back that reading and merging took; what comes next takes it again.

        A process that lives for weeks would else keep what its largest merge needed.
        """
        if self._database is not None:
            self._database.close()
            self._database = None
        import pyarrow as pa  # noqa: PLC0415

        pa.default_memory_pool().release_unused()
        # glibc keeps what is free, too; other C libraries have no such call.
        if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
            trim(0)

    def _cursor(self) -> "duckdb.DuckDBPyConnection":
        # Loading DuckDB takes half a second, which a process that never reads should not pay.
        if self._database is None:
            import duckdb  # noqa: PLC0415

            self._database = duckdb.connect(
                config={"threads": self._threads, "memory_limit": "512MB"}
            )
            self._root.register(self._database)
        return self._database.cursor()
