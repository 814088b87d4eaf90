"""What was unusual: rare changes that coincided, and unusual courses of loads and delays."""

from collections.abc import Sequence
from typing import Any

from analytics.anomaly import AnomalyEvent
from analytics.anomaly.network import NetworkAnomalies
from analytics.anomaly.tables import METRICS, rows
from analytics.answers.asked import Asked
from analytics.answers.courses import QUIET_STEPS, courses
from forerunner.errors import ForerunnerError
from forerunner.model import Sample
from forerunner.topology import Topology

_QUERY = """SELECT time, host, interface, metric, value FROM {table}
    WHERE {where} ORDER BY time, host, interface"""


def anomalies(asked: Asked, threshold: float, course: float) -> dict[str, Any]:
    """Return the events of the span, the newest first, each with its causes ranked.

    Args:
        asked: What it is computed from.
        threshold: Decades from which rare changes together are an event.
        course: Decades from which the course of a load or a delay is one.

    Raises:
        ForerunnerError: There are no samples in the span; says what to do.
    """
    network = NetworkAnomalies(asked.topology.beside, threshold)
    samples = (Sample(*each) for each in asked.store.ask(_QUERY, asked.wanted(METRICS)))
    changes = [event for row in rows(samples) for event in network.update(row)]
    looked = courses(asked, course)
    if not network.seen_ and looked.newest < asked.since:
        raise ForerunnerError(
            f"nothing was polled in the last {asked.span_s:g} s; start the watch"
            " (playbooks/start_telemetry.yml), or look farther back by --since"
        )
    found = joined(changes, looked.events, asked.topology, QUIET_STEPS * looked.step_s)
    about = {name: value for name, value in vars(looked).items() if name != "events"}
    events = [_plain(each) for each in reversed(found)]
    return {"span_s": asked.span_s, "rows": network.seen_, "courses": about, "events": events}


def joined(
    changes: Sequence[AnomalyEvent],
    courses: Sequence[AnomalyEvent],
    topology: Topology,
    apart_s: float,
) -> list[AnomalyEvent]:
    """Return events of both kinds by time; those of one fault, near in time and place, as one.

    Args:
        changes: Of states and fault counters.
        courses: Of loads and delays.
        topology: Which devices are linked.
        apart_s: Seconds between events that may still be one.
    """
    found = [each for each in changes if not each.absorbed]
    for course in courses:
        mine = (each for each in found if _one_fault(each, course, topology, apart_s))
        first = next(mine, None)
        if first is not None:
            first.absorb(course)
    alone = [each for each in courses if not each.absorbed]
    return sorted([*found, *alone], key=lambda each: each.begun)


def _one_fault(
    change: AnomalyEvent, course: AnomalyEvent, topology: Topology, apart_s: float
) -> bool:
    around = {near for x in change.devices for near in (x, *topology.beside.get(x, ()))}
    together = change.begun <= course.latest + apart_s and course.begun <= change.latest + apart_s
    return together and not around.isdisjoint(course.devices)


def _plain(event: AnomalyEvent) -> dict[str, Any]:
    causes = [vars(each) for each in event.causes]
    return {
        "begun": event.begun,
        "latest": event.latest,
        "devices": sorted(event.devices),
        "causes": causes,
    }
