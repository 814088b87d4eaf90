"""Samples out of what devices say on their command lines, and out of NAPALM's getters. No I/O.

For devices that have no SNMP, or none of these tables; the metrics are those of `vitals` and
`poll`, and `bgp_peer_up` where a getter knows no more of a session than whether it is up.
"""

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

from forerunner.collect.neighbours import PROTOCOLS
from forerunner.collect.server import BadAnswer
from forerunner.model import Sample

FRR_COMMANDS = ("show ip ospf neighbor json", "show bgp summary json")
Row = tuple[str, str, float]
_SHORT = {"2-way": "two-way", "exstart": "exchange start", "opensent": "open sent",
          "openconfirm": "open confirm", "deleted": "down", "clearing": "idle"}  # fmt: skip
_COUNTERS = {
    "rx_octets": "if_in_octets", "tx_octets": "if_out_octets",
    "rx_errors": "if_in_errors", "tx_errors": "if_out_errors",
    "rx_discards": "if_in_discards", "tx_discards": "if_out_discards",
}  # fmt: skip
_LONGEST = 255
# Of a state that has no name here. It lies beyond the bounds of its metric: the store keeps it
# apart and says so, and everything else that the device said is stored.
_UNKNOWN = 0.0
_UNREADABLE = (KeyError, TypeError, AttributeError, ValueError, IndexError, RecursionError)


def frr_samples(host: str, answers: Mapping[str, str], now: float) -> list[Sample]:
    """Return the states of a router's neighbours and peers, out of its answers by command.

    Raises:
        BadAnswer: One cannot be read.
    """
    try:
        ospf, bgp = (json.loads(answers[command]) for command in FRR_COMMANDS)
        rows = [*_ospf(ospf), *_bgp(bgp)]
    except _UNREADABLE as error:
        raise BadAnswer(f"{host}: its answer cannot be read: {type(error).__name__}") from None
    return [Sample(now, host, *row) for row in rows]


def napalm_samples(host: str, driver: Any, now: float) -> list[Sample]:
    """Return what NAPALM's getters say of a device; one that its driver lacks is passed over.

    Raises:
        BadAnswer: No getter gave anything that can be read.
    """
    rows: list[Row] = []
    for getter in (_counters, _environment, _peers):
        try:
            rows += list(getter(driver))
        except (RuntimeError, *_UNREADABLE):
            # What a driver raises that lacks a getter is a kind of RuntimeError.
            continue
    if not rows:
        raise BadAnswer(f"{host}: no getter of its driver gave anything that can be read")
    return [Sample(now, host, *row) for row in rows if math.isfinite(row[2])]


def _state(protocol: str, word: str) -> float:
    word, states = word.lower(), PROTOCOLS[protocol].states
    word = _SHORT.get(word, word)
    return states.index(word) + 1.0 if word in states else _UNKNOWN


def _ospf(document: Mapping[str, Any]) -> Iterator[Row]:
    for entries in document.get("neighbors", {}).values():
        for entry in entries:
            state = _state("ospf", str(entry["nbrState"]).split("/")[0])
            yield str(entry["ifaceAddress"])[:_LONGEST], "ospf_neighbour_state", state


def _bgp(document: Mapping[str, Any]) -> Iterator[Row]:
    found: dict[str, float] = {}
    for family in document.values():
        for address, peer in (family.get("peers", {}) if isinstance(family, dict) else {}).items():
            word = str(peer["state"]).split(" ")[0]
            # One that somebody shut down says so in place of a state.
            state = _state("bgp", word)
            found[address] = max(state, found.get(address, 0.0))
    yield from ((address[:_LONGEST], "bgp_peer_state", state) for address, state in found.items())


def _counters(driver: Any) -> Iterator[Row]:
    for name, counts in driver.get_interfaces_counters().items():
        for field, metric in _COUNTERS.items():
            # NAPALM says -1 where the device does not count.
            if counts.get(field, -1) >= 0:
                yield str(name)[:_LONGEST], metric, float(counts[field])


def _environment(driver: Any) -> Iterator[Row]:
    found = driver.get_environment()
    used = [float(each["%usage"]) for each in found.get("cpu", {}).values()]
    if used:
        yield "", "cpu_used_share", sum(used) / len(used) / 100
    memory = found.get("memory", {})
    if memory.get("available_ram", -1) > 0:
        # What is called available there is what there is of it.
        total, taken = float(memory["available_ram"]), float(memory["used_ram"])
        yield "", "memory_total_bytes", total
        yield "", "memory_available_bytes", total - taken


def _peers(driver: Any) -> Iterator[Row]:
    for instance in driver.get_bgp_neighbors().values():
        for address, peer in instance["peers"].items():
            yield str(address)[:_LONGEST], "bgp_peer_up", float(bool(peer["is_up"]))
