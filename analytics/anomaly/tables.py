"""What was polled of devices, as rows of tables whose values hardly ever change."""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from forerunner.model import Sample

METRICS = (
    "if_oper_status", "if_in_errors", "if_out_errors", "if_in_discards", "if_out_discards",
    "ospf_up", "ospf_neighbour_state", "ospf_neighbour_events",
    "bgp_up", "bgp_peer_state", "bgp_peer_transitions", "snmp_up", "snmp_rebooted",
)  # fmt: skip
"""States and counters of faults. What traffic moves says nothing here, and is not read."""


@dataclass(frozen=True)
class Row:
    """A row of a device's table at a moment.

    Attributes:
        time: Seconds since the epoch.
        device: Inventory name.
        table: Which of the device's tables.
        instance: Which row of it, as the interface; empty where it has one.
        values: By column; None says nothing.
    """

    time: float
    device: str
    table: str
    instance: str
    values: Mapping[str, Hashable]


def rows(samples: Iterable[Sample]) -> Iterator[Row]:
    """Yield each row of each table as it was polled, and how many rows the table had.

    Args:
        samples: In order of time and host; those of other metrics are left out.
    """
    told = (each for each in samples if each.metric in METRICS)
    for (time, device), polled in groupby(told, key=lambda each: (each.time, each.host)):
        found: dict[tuple[str, str], dict[str, Hashable]] = {}
        for each in polled:
            table = each.metric.partition("_")[0]
            found.setdefault((table, each.interface), {})[each.metric] = each.value
        for (table, instance), values in found.items():
            yield Row(time, device, table, instance, values)
        yield from _sizes(time, device, found)


def _sizes(
    time: float, device: str, found: Mapping[tuple[str, str], Mapping[str, Hashable]]
) -> Iterator[Row]:
    """Yield how many rows each table has: a neighbour that is gone is no row any more."""
    count = Counter(table for table, instance in found if instance)
    # Of a table that is served, and empty, there is nothing else.
    served = {table for (table, _), values in found.items() if values.get(f"{table}_up")}
    for table in sorted(count.keys() | served):
        yield Row(time, device, f"{table} table", "", {f"{table} rows": count[table]})
