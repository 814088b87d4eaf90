"""The traffic of a span: every flow once, by talker, prefix, class, and from edge to edge.

A flow is exported by every router on its way. Its records, from all exporters, are one *episode*
as long as no longer silence than `idle_s` lies between them, however each exporter cut them. Of an
episode the records of one exporter count: the router behind which the source is (the ingress edge)
where that saw it, else the one that saw the most bytes of it. So nothing is counted twice; where no
edge saw the flow and its way changed within an episode, what only others saw is missed.

Bytes of a record are spread evenly from its first packet to its last, and what lies outside of the
span is left out. Source: Feldmann et al., Deriving traffic demands for operational IP networks
(SIGCOMM 2000), for demands from flows measured at the ingress.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forerunner.errors import InvalidData
from forerunner.store.flows.classes import class_sql
from forerunner.store.flows.coverage import Gap
from forerunner.store.flows.site import Site, Span
from forerunner.store.flows.store import FlowStore

if TYPE_CHECKING:
    import duckdb

_BITS = 8.0
KEYS: Mapping[str, str] = {
    "talker": "source",
    "listener": "destination",
    "conversation": "source || ' > ' || destination",
    "source_prefix": "coalesce(source_prefix, 'unknown')",
    "prefix": "coalesce(destination_prefix, 'unknown')",
    "class": "class",
    "protocol": "CAST(protocol AS VARCHAR)",
}
"""By what `Traffic.top` counts, and how it is called in SQL."""
_FLOW = "source, destination, source_port, destination_port, protocol"
# Total, so that both windows go through the records in the same order.
_ORDER = 'time, "end", exporter, tos, packets, bytes'
_EPISODES = f"""
    CREATE TEMP TABLE flows AS
    WITH steps AS (
        SELECT *, time > max("end") OVER earlier + {{idle}} AS begins FROM records
        WINDOW earlier AS (PARTITION BY {_FLOW} ORDER BY {_ORDER}
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)),
    episodes AS (
        SELECT * EXCLUDE begins, sum(coalesce(begins, false)::INT) OVER so_far AS episode FROM steps
        WINDOW so_far AS (PARTITION BY {_FLOW} ORDER BY {_ORDER} ROWS UNBOUNDED PRECEDING)),
    seen AS (
        SELECT {_FLOW}, episode, exporter, sum(bytes) AS total,
            any_value(o.router) IS NOT DISTINCT FROM exporter AS edge
        FROM episodes JOIN owners o ON o.address = source GROUP BY {_FLOW}, episode, exporter),
    chosen AS (
        SELECT {_FLOW}, episode, exporter FROM seen QUALIFY row_number() OVER (
            PARTITION BY {_FLOW}, episode ORDER BY edge DESC, total DESC, exporter) = 1)
    SELECT e.*, o.router AS origin, o.prefix AS source_prefix,
        d.router AS target, d.prefix AS destination_prefix, {{rule}} AS class
    FROM episodes e JOIN chosen USING ({_FLOW}, episode, exporter)
        JOIN owners o ON o.address = e.source JOIN owners d ON d.address = e.destination
"""  # noqa: S608 - our own names
_SPREAD = """
    SELECT {keys}, bin, sum(bytes * share) AS bytes, sum(packets * share) AS packets
    FROM (
        SELECT *, CASE WHEN "end" > time
            THEN greatest(0, least("end", $1 + (bin + 1) * $2, $3) - greatest(time, $1 + bin * $2))
                / ("end" - time)
            ELSE 1 END AS share
        FROM (
            SELECT *, unnest(range(
                CAST(floor((greatest(time, $1) - $1) / $2) AS BIGINT),
                CAST(floor((least("end", $3 - 1e-6) - $1) / $2) AS BIGINT) + 1)) AS bin
            FROM flows))
    GROUP BY ALL HAVING sum(share) > 0"""


@dataclass(frozen=True)
class Demand:
    """What goes from one edge router to another.

    Attributes:
        origin: Router behind which the sources are; `unknown` where no prefix holds one.
        target: Router behind which the destinations are; or `unknown`.
        begin: Of the time bin, in seconds since the epoch.
        bit_s: Mean of the bin, in bit/s; whole IP packets are counted.
    """

    origin: str
    target: str
    begin: float
    bit_s: float


@dataclass(frozen=True)
class Share:
    """What one of many has of the traffic.

    Attributes:
        name: Address, prefix or class.
        bytes: In the span.
        bit_s: Mean of the span, in bit/s.
        share: Of all bytes of the span, 0 to 1.
    """

    name: str
    bytes: float
    bit_s: float
    share: float


class Traffic:
    """The flows of a span, each counted once.

    Args:
        path: The telemetry store's directory.
        site: Exporters, prefixes and classes.
        span: Which time.

    Raises:
        StoreError: A file is damaged; names it.
    """

    def __init__(self, path: Path | str, site: Site, span: Span) -> None:
        self._store, self._site, self.span = FlowStore(path), site, span

    def matrix(self, step_s: float | None = None) -> list[Demand]:
        """Return what went from which edge router to which, in each bin of time.

        Args:
            step_s: Length of a bin in seconds; the whole span by default.
        """
        step = step_s or self.span.seconds
        keys = "coalesce(origin, 'unknown'), coalesce(target, 'unknown')"
        rows = self._spread(keys, step)
        found = []
        for origin, target, number, octets, _ in rows:
            begin = self.span.since + number * step
            seconds = min(step, self.span.until - begin)
            found.append(Demand(origin, target, begin, octets * _BITS / seconds))
        return sorted(found, key=lambda row: (row.begin, row.origin, row.target))

    def top(self, key: str, count: int = 10) -> list[Share]:
        """Return those that have most of the traffic, the largest first.

        Args:
            key: A name of `KEYS`.
            count: How many at the most.

        Raises:
            InvalidData: There is no such key.
        """
        if key not in KEYS:
            raise InvalidData("top of flows", key, f"there is {', '.join(KEYS)}")
        rows = self._spread(KEYS[key], self.span.seconds)
        total = sum(row[2] for row in rows)
        shares = [
            Share(name, octets, octets * _BITS / self.span.seconds, octets / total)
            for name, _, octets, _ in rows
        ]
        return sorted(shares, key=lambda row: (-row.bytes, row.name))[:count]

    @property
    def gaps(self) -> list[Gap]:
        """Return when nobody collected what an exporter sent, by exporter and time."""
        return self._store.gaps(self.span.since, self.span.until, self._site.exporters)

    @property
    def lost(self) -> dict[str, int]:
        """Return how many of an exporter's packets every collector missed at the least."""
        missed: dict[tuple[str, str], int] = {}
        for row in self._store.coverage(self.span.since, self.span.until):
            key = (row.exporter, row.collector)
            missed[key] = missed.get(key, 0) + row.lost
        names = {exporter for exporter, _ in missed}
        by_name = {name: [n for (x, _), n in missed.items() if x == name] for name in names}
        return {name: min(counts) for name, counts in sorted(by_name.items()) if min(counts)}

    def _spread(self, keys: str, step: float) -> list[tuple[Any, ...]]:
        if self._flows is None:
            return []
        query = _SPREAD.format(keys=keys)
        return self._store.ask(self._flows, query, (self.span.since, step, self.span.until))

    @cached_property
    def _flows(self) -> "duckdb.DuckDBPyConnection | None":
        """Return a database with the table of the flows; None where there are none."""
        import pyarrow as pa  # noqa: PLC0415

        database = self._store.connect()
        if not self._store.load(database, self.span.since, self.span.until):
            return None
        both = "SELECT source FROM records UNION SELECT destination FROM records"
        addresses = [row[0] for row in self._store.ask(database, both)]
        columns = zip(*self._site.prefixes.owners(addresses), strict=True)
        names = ("address", "prefix", "router")
        given = columns if addresses else ((), (), ())
        owners = pa.table([pa.array(each, pa.string()) for each in given], names=names)
        database.register("owners", owners)
        rule = class_sql(self._site.classes)
        self._store.ask(database, _EPISODES.format(idle=self._site.idle_s, rule=rule))
        return database
