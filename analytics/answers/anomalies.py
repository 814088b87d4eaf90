"""What was unusual: changes of states and fault counters that coincided on linked devices."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from analytics.anomaly import AnomalyEvent
from analytics.anomaly.network import NetworkAnomalies
from analytics.answers.asked import Asked
from forerunner.errors import ForerunnerError

_READ = (
    "if_oper_status", "if_in_errors", "if_out_errors", "if_in_discards", "if_out_discards",
    "ospf_up", "ospf_neighbour_state", "ospf_neighbour_events",
    "bgp_up", "bgp_peer_state", "bgp_peer_transitions", "snmp_up", "snmp_rebooted",
)  # fmt: skip
_QUERY = """SELECT time, host, interface, metric, value FROM {table}
    WHERE {where} ORDER BY time, host, interface"""
Row = tuple[float, str, str, str, dict[str, float]]


def anomalies(asked: Asked, threshold: float) -> dict[str, Any]:
    """Return the events of the span, the newest first, each with its causes ranked.

    Args:
        asked: What it is computed from.
        threshold: Decades from which rare changes together are an event.

    Raises:
        ForerunnerError: There are no samples in the span; says what to do.
    """
    beside: dict[str, list[str]] = {}
    for link in asked.topology.links:
        one, two = link.ends
        beside.setdefault(one, []).append(two)
        beside.setdefault(two, []).append(one)
    network, found = NetworkAnomalies(beside, threshold), list[AnomalyEvent]()
    for row in _rows(asked):
        found += network.update(*row)
    if not network.seen_:
        raise ForerunnerError(
            f"nothing was polled in the last {asked.span_s:g} s; start the watch"
            " (playbooks/start_telemetry.yml), or look farther back by --since"
        )
    events = [_plain(each) for each in reversed(found)]
    return {"span_s": asked.span_s, "rows": network.seen_, "events": events}


def _rows(asked: Asked) -> Iterator[Row]:
    """Yield each row of each table as it was polled, and how many rows the table had."""
    samples = asked.store.ask(_QUERY, asked.wanted(_READ))
    for (time, host), polled in groupby(samples, key=lambda each: each[:2]):
        rows: dict[tuple[str, str], dict[str, float]] = {}
        for _, _, interface, metric, value in polled:
            table = metric.partition("_")[0]
            rows.setdefault((table, interface), {})[metric] = value
        for (table, interface), values in rows.items():
            yield time, host, table, interface, values
        # A neighbour that is gone is no row any more.
        tables = [table for table, interface in rows if interface]
        for table in sorted(set(tables)):
            yield time, host, f"{table} table", "", {f"{table} rows": tables.count(table)}


def _plain(event: AnomalyEvent) -> dict[str, Any]:
    causes = [vars(each) for each in event.causes]
    return {
        "begun": event.begun,
        "latest": event.latest,
        "devices": sorted(event.devices),
        "causes": causes,
    }
