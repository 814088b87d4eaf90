"""What was unusual: changes of states and fault counters that coincided on linked devices."""

from typing import Any

from analytics.anomaly import AnomalyEvent
from analytics.anomaly.network import NetworkAnomalies
from analytics.anomaly.tables import METRICS, rows
from analytics.answers.asked import Asked
from forerunner.errors import ForerunnerError
from forerunner.model import Sample

_QUERY = """SELECT time, host, interface, metric, value FROM {table}
    WHERE {where} ORDER BY time, host, interface"""


def anomalies(asked: Asked, threshold: float) -> dict[str, Any]:
    """Return the events of the span, the newest first, each with its causes ranked.

    Args:
        asked: What it is computed from.
        threshold: Decades from which rare changes together are an event.

    Raises:
        ForerunnerError: There are no samples in the span; says what to do.
    """
    network = NetworkAnomalies(asked.topology.beside, threshold)
    samples = (Sample(*each) for each in asked.store.ask(_QUERY, asked.wanted(METRICS)))
    found = [event for row in rows(samples) for event in network.update(row)]
    if not network.seen_:
        raise ForerunnerError(
            f"nothing was polled in the last {asked.span_s:g} s; start the watch"
            " (playbooks/start_telemetry.yml), or look farther back by --since"
        )
    events = [_plain(each) for each in reversed(found)]
    return {"span_s": asked.span_s, "rows": network.seen_, "events": events}


def _plain(event: AnomalyEvent) -> dict[str, Any]:
    causes = [vars(each) for each in event.causes]
    return {
        "begun": event.begun,
        "latest": event.latest,
        "devices": sorted(event.devices),
        "causes": causes,
    }
