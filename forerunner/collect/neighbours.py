"""Neighbours that go down and come back, out of readings of their tables. No I/O."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from forerunner.collect.vitals import Reading
from forerunner.model import Event, Severity, new_id

_GONE = 0.0


@dataclass(frozen=True)
class Protocol:
    """When a neighbour of a protocol is there.

    Attributes:
        metric: That holds its state.
        noun: What it is called.
        good: States in which it is there.
        states: Their names, from 1 on.
    """

    metric: str
    noun: str
    good: frozenset[float]
    states: tuple[str, ...]

    def name(self, state: float) -> str:
        """Return a state's name."""
        return self.states[int(state) - 1] if 1 <= state <= len(self.states) else "gone"


PROTOCOLS: Mapping[str, Protocol] = {
    # On a broadcast network two routers of which neither is designated stay at two-way.
    "ospf": Protocol(
        "ospf_neighbour_state",
        "OSPF neighbour",
        frozenset((4.0, 8.0)),
        ("down", "attempt", "init", "two-way", "exchange start", "exchange", "loading", "full"),
    ),
    "bgp": Protocol(
        "bgp_peer_state",
        "BGP peer",
        frozenset((6.0,)),
        ("idle", "connect", "active", "open sent", "open confirm", "established"),
    ),
}


class Neighbours:
    """What was known of every device's neighbours; readings in, events out.

    A device that does not answer, or not about a protocol, says nothing about its neighbours: what
    was known is kept, and compared once it answers again.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, str], float] = {}

    def update(self, reading: Reading) -> list[Event]:
        """Take in what a device says, and return which neighbours went down or came back."""
        return [
            event
            for name in sorted(reading.served)
            for event in self._compared(name, PROTOCOLS[name], reading)
        ]

    def _compared(self, name: str, protocol: Protocol, reading: Reading) -> Iterator[Event]:
        host = reading.target.host
        states = {
            address: state
            for (address, metric), state in reading.values.items()
            if metric == protocol.metric
        }
        # One that is no longer in the table is remembered as gone, so that its return is told.
        gone = {each[2]: _GONE for each in self._known if each[:2] == (host, name)}
        for address, state in sorted({**gone, **states}.items()):
            before = self._known.get((host, name, address))
            self._known[host, name, address] = state
            event = _event(name, protocol, reading, (address, before, state))
            if event is not None:
                yield event


def _event(
    name: str, protocol: Protocol, reading: Reading, change: tuple[str, float | None, float]
) -> Event | None:
    address, before, now = change
    was_up, is_up = before in protocol.good, now in protocol.good
    # One that is seen for the first time is news only where it is down.
    if was_up == is_up and (is_up or before is not None):
        return None
    if is_up and before is None:
        return None
    meant = address in reading.stopped
    severity: Severity = "info" if is_up or meant else "error"
    text = f"{protocol.noun} {address} is {protocol.name(now)}"
    text += f", was {protocol.name(before)}" if before is not None else ""
    kind = f"{name}.neighbour_{'up' if is_up else 'down'}"
    details = {"neighbour": address, "state": protocol.name(now), "shut_down": meant}
    return Event(
        new_id("event"), reading.time, kind, reading.target.host, address, severity, text, details
    )
