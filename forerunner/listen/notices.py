"""What a notification means: its name, how bad it is and of what part of the device it tells.

Source: SNMPv2-MIB (RFC 3418), IF-MIB (RFC 2863), OSPF-TRAP-MIB (RFC 4750), BGP4-MIB (RFC 4273).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from forerunner.dialects.redaction import hide
from forerunner.listen.traps import Notification, Value
from forerunner.model import Event, Severity

_GENERIC, _OSPF, _BGP = "1.3.6.1.6.3.1.1.5", "1.3.6.1.2.1.14.16.2", "1.3.6.1.2.1.15"
_NET_SNMP = "1.3.6.1.4.1.8072.4.0"


@dataclass(frozen=True)
class Meaning:
    """What a notification means, before its values are looked at."""

    kind: str
    severity: Severity
    text: str


_OTHER = Meaning("trap.other", "warning", "an unknown notification")
MEANINGS: Mapping[str, Meaning] = {
    f"{_GENERIC}.1": Meaning("trap.cold_start", "warning", "started anew"),
    f"{_GENERIC}.2": Meaning("trap.warm_start", "warning", "started anew, as it was"),
    f"{_GENERIC}.3": Meaning("trap.link_down", "error", "link down"),
    f"{_GENERIC}.4": Meaning("trap.link_up", "info", "link up"),
    f"{_GENERIC}.5": Meaning("trap.authentication_failure", "warning", "wrong SNMP credentials"),
    f"{_NET_SNMP}.2": Meaning("trap.agent_ends", "warning", "the SNMP agent ends"),
    f"{_OSPF}.1": Meaning("trap.ospf_interface", "warning", "OSPF virtual interface changed"),
    f"{_OSPF}.2": Meaning("trap.ospf_neighbour", "warning", "OSPF neighbour changed"),
    f"{_OSPF}.3": Meaning("trap.ospf_neighbour", "warning", "OSPF virtual neighbour changed"),
    f"{_OSPF}.4": Meaning("trap.ospf_config_error", "error", "OSPF settings do not fit"),
    f"{_OSPF}.6": Meaning("trap.ospf_authentication_failure", "error", "OSPF key does not fit"),
    f"{_OSPF}.16": Meaning("trap.ospf_interface", "warning", "OSPF interface changed"),
    # Where RFC 1657 and RFC 4273 have them, and where FRR sends them.
    **dict.fromkeys(
        (f"{_BGP}.7.1", f"{_BGP}.0.1", f"{_BGP}.1"),
        Meaning("trap.bgp_established", "info", "BGP peer is established"),
    ),
    **dict.fromkeys(
        (f"{_BGP}.7.2", f"{_BGP}.0.2", f"{_BGP}.2"),
        Meaning("trap.bgp_fallen", "error", "BGP peer fell back"),
    ),
}
_INTERFACE_NAMES = ("1.3.6.1.2.1.31.1.1.1.1.", "1.3.6.1.2.1.2.2.1.2.")
_INTERFACE_INDEX = "1.3.6.1.2.1.2.2.1.1."
_OSPF_STATES = {"1.3.6.1.2.1.14.10.1.6.": ("", "down", "attempt", "init", "two-way",
                "exchange start", "exchange", "loading", "full"),
                "1.3.6.1.2.1.14.7.1.12.": ("", "down", "loopback", "waiting", "point-to-point",
                "designated", "backup", "other")}  # fmt: skip
_PEER = "1.3.6.1.2.1.15.3.1."
_FULL = "full"
_MOST_VALUES, _LONGEST_VALUE, _LONGEST_TEXT = 20, 200, 500


def event(host: str, told: Notification, now: float) -> Event:
    """Return what a notification of a device is as an event.

    The same one that comes twice (sent again, or over two ways) has the same name.

    Args:
        host: The device's inventory name.
        told: What it told.
        now: When it came; a device's own clock is not asked.
    """
    meaning = MEANINGS.get(told.kind, _OTHER)
    part, state = _part(told.values), _state(told.values)
    severity: Severity = "info" if state == _FULL else meaning.severity
    said = [meaning.text, f"({told.kind})" if meaning is _OTHER else "", part]
    text = " ".join(filter(None, said)) + (f": {state}" if state else "")
    details = {"oid": told.kind, "values": _shown(told.values)}
    name = _name(host, told)
    return Event(name, now, meaning.kind, host, part, severity, text[:_LONGEST_TEXT], details)


def _name(host: str, told: Notification) -> str:
    whole = [host, told.kind, told.uptime, told.request, sorted(told.values.items())]
    return f"trap-{hashlib.sha256(json.dumps(whole).encode()).hexdigest()[:32]}"


def _part(values: Mapping[str, Value]) -> str:
    """Return the interface, neighbour or peer that it tells of; empty for the whole device."""
    for head in _INTERFACE_NAMES:
        named = [str(value) for name, value in values.items() if name.startswith(head)]
        if named and named[0]:
            return _cut(named[0], 255)
    for name, value in values.items():
        if name.startswith(_INTERFACE_INDEX):
            return f"ifIndex {_cut(value, 20)}"
        heads = [head for head in (*_OSPF_STATES, _PEER) if name.startswith(head)]
        if heads:
            index = name.removeprefix(heads[0]).split(".")
            return ".".join(index[1:5] if heads[0] == _PEER else index[:4])
    return ""


def _state(values: Mapping[str, Value]) -> str:
    for name, value in values.items():
        for head, states in _OSPF_STATES.items():
            if name.startswith(head) and isinstance(value, int) and 0 < value < len(states):
                return states[value]
    return ""


def _shown(values: Mapping[str, Value]) -> dict[str, Value]:
    kept = list(values.items())[:_MOST_VALUES]
    return {
        _cut(name, _LONGEST_VALUE): value if isinstance(value, int) else _cut(value, _LONGEST_VALUE)
        for name, value in kept
    }


def _cut(value: Value, longest: int) -> str:
    return hide(str(value))[:longest]
