"""Percentiles of many series, exact, in memory that does not grow with the samples."""

from collections.abc import Sequence
from dataclasses import dataclass

from forerunner.store.store import Store
from forerunner.store.wanted import Wanted

# An exact percentile holds every value of its series: so many rows at once are some 200 MB.
_ROWS = 10_000_000
_QUERY = """
    SELECT host, interface, metric, count(*), quantile_cont(value, [{listed}])
    FROM {{table}} WHERE {{where}} AND hash(host, interface, metric) % {parts} = {part}
    GROUP BY ALL"""


@dataclass(frozen=True)
class Quantiles:
    """What the values of one series are like.

    Attributes:
        host: Inventory name of the device.
        interface: Interface; empty for a value of the whole device.
        metric: As in the samples.
        count: How many values.
        values: Of each share that was asked for, by linear interpolation.
    """

    host: str
    interface: str
    metric: str
    count: int
    values: tuple[float, ...]


def quantiles(
    store: Store, wanted: Wanted, shares: Sequence[float], rows: int = _ROWS
) -> list[Quantiles]:
    """Return the quantiles of each series, in their order.

    Args:
        store: The samples.
        wanted: Which of them.
        shares: Each 0 to 1, as 0.95.
        rows: How many are held at once; series are taken in as many parts as that needs.

    Raises:
        StoreError: A file is damaged; names it.
    """
    counted = store.ask("SELECT count(*) FROM {table} WHERE {where}", wanted)
    parts = -(-int(counted[0][0]) // rows) if counted else 0
    listed = ", ".join(f"{float(share)!r}" for share in shares)
    queries = (_QUERY.format(listed=listed, parts=parts, part=part) for part in range(parts))
    found = [
        Quantiles(row[0], row[1], row[2], row[3], tuple(row[4]))
        for query in queries
        for row in store.ask(query, wanted)
    ]
    return sorted(found, key=lambda each: (each.host, each.interface, each.metric))
