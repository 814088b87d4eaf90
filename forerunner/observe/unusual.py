"""Rare changes that coincide in what is polled, as events: one a fault, causes ranked. No I/O."""

import math
from collections.abc import Iterable, Iterator

from analytics.anomaly import AnomalyEvent
from analytics.anomaly.network import NetworkAnomalies
from analytics.anomaly.tables import METRICS, Row, rows
from forerunner.collect.poll import COLUMNS, Answer
from forerunner.collect.vitals import Reading
from forerunner.model import Event, new_id
from forerunner.topology import Topology

KIND = "anomaly.coincidence"
_CAUSES, _SHOWN = 20, 3
_PLACES = {name: at for at, name in enumerate(COLUMNS) if name in METRICS}


class Unusual:
    """Takes in what devices answer, and returns the events that it opens.

    Args:
        topology: Which devices are linked.
    """

    def __init__(self, topology: Topology) -> None:
        self._network = NetworkAnomalies(topology.beside)

    def answered(self, answer: Answer) -> list[Event]:
        """Take in the states and fault counters of a device's interfaces."""
        return self._taken(_rows(answer))

    def read(self, reading: Reading) -> list[Event]:
        """Take in a device's neighbours and peers."""
        return self._taken(rows(reading.samples())) if reading.up else []

    def _taken(self, some: Iterable[Row]) -> list[Event]:
        return [_event(each) for row in some for each in self._network.update(row)]


def _rows(answer: Answer) -> Iterator[Row]:
    # A sample for each value would cost more than asking for it: see `forerunner.collect.poll`.
    host, width = answer.target.host, len(COLUMNS)
    yield Row(answer.time, host, "snmp", "", {"snmp_up": answer.up, "rebooted": answer.rebooted})
    for at, interface in enumerate(answer.interfaces):
        first = at * width
        given = {name: answer.values[first + place] for name, place in _PLACES.items()}
        known = {name: value for name, value in given.items() if not math.isnan(value)}
        yield Row(answer.time, host, "if", interface, known)


def _event(found: AnomalyEvent) -> Event:
    causes = found.causes[:_CAUSES]
    shown = ", ".join(f"{x.device} {x.metric}" for x in causes[:_SHOWN])
    more = f" and {len(found.causes) - _SHOWN} more" if len(found.causes) > _SHOWN else ""
    details = {
        "devices": sorted(found.devices),
        "causes": [{**vars(x), "peak": round(x.peak, 2)} for x in causes],
    }
    text = f"changed together, which hardly ever do: {shown}{more}"
    return Event(new_id("event"), found.begun, KIND, causes[0].device, "", "warning", text, details)
