"""When a collector heard an exporter, and when nobody did."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

# Files follow one another to the millisecond; a shorter hole is rounding.
_TOLERANCE_S = 0.01


@dataclass(frozen=True)
class Covered:
    """What a file of a collector says of one exporter.

    Attributes:
        time: From when on whatever the exporter sent is in the file, in seconds since the epoch.
        end: Until when. Before it was first heard in a collector's life that is `time`: packets
            that came before its template could not be read.
        collector: Name of the collector.
        exporter: Inventory name of the router.
        flows: Records of it in the file.
        lost: Its packets that the collector missed, by their sequence numbers; of NetFlow v9 each
            holds several records (RFC 3954, section 5.1).
    """

    time: float
    end: float
    collector: str
    exporter: str
    flows: int
    lost: int


@dataclass(frozen=True)
class Gap:
    """A time in which nobody collected what an exporter sent.

    Attributes:
        exporter: Inventory name of the router.
        begin: In seconds since the epoch.
        end: In seconds since the epoch.
    """

    exporter: str
    begin: float
    end: float


def gaps(
    covered: Iterable[Covered], since: float, until: float, exporters: Sequence[str]
) -> list[Gap]:
    """Return when of a span no collector covered an exporter, by exporter and time."""
    by_exporter: dict[str, list[Covered]] = {name: [] for name in exporters}
    for row in covered:
        by_exporter.setdefault(row.exporter, []).append(row)
    return [gap for name in exporters for gap in _holes(name, by_exporter[name], since, until)]


def _holes(exporter: str, rows: list[Covered], since: float, until: float) -> Iterator[Gap]:
    reached = since
    for row in sorted(rows, key=lambda each: each.time):
        begin = min(row.time, until)
        if begin - reached > _TOLERANCE_S and row.end > row.time:
            yield Gap(exporter, reached, begin)
        if row.end > row.time:
            reached = max(reached, row.end)
    if until - reached > _TOLERANCE_S:
        yield Gap(exporter, reached, until)
