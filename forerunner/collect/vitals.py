"""A device's processor, memory, OSPF neighbours and BGP peers over SNMP.

They have a session and a clock of their own: an agent that takes long over its routing tables,
which it asks another process for, does not hold up the counters of its interfaces.

| metric | unit | of |
| --- | --- | --- |
| `snmp_vitals_up` | 1 or 0 | the device: it answered this poll |
| `cpu_used_share` | share, 0 to 1 | the device: since the poll before, else its own mean |
| `load_1m` | runnable processes | the device |
| `memory_total_bytes`, `memory_available_bytes` | bytes | the device |
| `ospf_up`, `bgp_up` | 1 or 0 | the device: it serves that table |
| `ospf_neighbour_state` | 1 (down) to 8 (full) | a neighbour, by its address |
| `ospf_neighbour_events` | count | the same |
| `bgp_peer_state` | 1 (idle) to 6 (established) | a peer, by its address |
| `bgp_peer_transitions` | count: times it was established | the same |

Source: HOST-RESOURCES-MIB (RFC 2790), OSPF-MIB (RFC 4750), BGP4-MIB (RFC 4273); UCD-SNMP-MIB.
"""

import asyncio
import math
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gufo.snmp.aio import SnmpSession

from forerunner.collect.session import FAILURES, Asked, Target
from forerunner.model import Sample

_UCD = "1.3.6.1.4.1.2021"
_OSPF, _BGP = "1.3.6.1.2.1.14", "1.3.6.1.2.1.15"
_HOST = "1.3.6.1.2.1.25"
_LOAD = f"{_UCD}.10.1.5.1"
_TOTAL, _FREE, _BUFFERS, _CACHED = (f"{_UCD}.4.{each}.0" for each in (5, 6, 14, 15))
_AVAILABLE = f"{_UCD}.4.27.0"
# Ticks: user, nice, system, interrupts; idle and waiting.
_BUSY = tuple(f"{_UCD}.11.{each}.0" for each in (50, 51, 52, 56, 61))
_IDLE = tuple(f"{_UCD}.11.{each}.0" for each in (53, 54))
_ROUTER_ID, _LOCAL_AS = f"{_OSPF}.1.1.0", f"{_BGP}.2.0"
_SCALARS = (_LOAD, _TOTAL, _FREE, _BUFFERS, _CACHED, _AVAILABLE, *_BUSY, *_IDLE, _ROUTER_ID,
            _LOCAL_AS)  # fmt: skip
_PROCESSOR_LOAD = f"{_HOST}.3.3.1.2"
_STORAGE_KIND, _STORAGE_RAM = f"{_HOST}.2.3.1.2", f"{_HOST}.2.1.2"
_UNITS, _SIZE, _USED = (f"{_HOST}.2.3.1.{each}" for each in (4, 5, 6))
_TABLES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "ospf": (
        _ROUTER_ID,
        {"ospf_neighbour_state": f"{_OSPF}.10.1.6", "ospf_neighbour_events": f"{_OSPF}.10.1.7"},
    ),
    "bgp": (
        _LOCAL_AS,
        {"bgp_peer_state": f"{_BGP}.3.1.2", "bgp_peer_transitions": f"{_BGP}.3.1.15"},
    ),
}
"""By protocol: an object that is there where its tables are, and the columns that are read."""
_ADMINISTRATIVE = f"{_BGP}.3.1.3"
_STOPPED = 1
_TICKS_WRAP = 2**32


@dataclass(frozen=True)
class Reading:
    """What one poll of a device's vitals gave.

    Attributes:
        target: The device.
        time: When it was asked; seconds since the epoch.
        up: Whether it answered.
        values: Value by interface (a neighbour's address; empty for the device) and metric.
        served: Protocols whose tables it serves: of another one nothing is known.
        stopped: Addresses of BGP peers that somebody shut down.
    """

    target: Target
    time: float
    up: bool
    values: Mapping[tuple[str, str], float] = field(default_factory=dict)
    served: frozenset[str] = frozenset()
    stopped: frozenset[str] = frozenset()

    def samples(self) -> list[Sample]:
        """Return what the store keeps of it; a device that did not answer is a gap, marked."""
        host = self.target.host
        marks = {"snmp_vitals_up": self.up}
        marks |= {f"{name}_up": name in self.served for name in _TABLES} if self.up else {}
        found = [Sample(self.time, host, "", name, float(is_so)) for name, is_so in marks.items()]
        found += [
            Sample(self.time, host, interface, metric, value)
            for (interface, metric), value in self.values.items()
            if math.isfinite(value)
        ]
        return found


class Vitals:
    """One device's vitals, and what is remembered from poll to poll.

    Args:
        target: The device.
        timeout_s: Seconds for one answer.
    """

    def __init__(self, target: Target, timeout_s: float = 2.0) -> None:
        self.target, self._timeout_s = target, timeout_s
        self._asked_by = Asked(target, timeout_s)
        self._ticks: tuple[float, float] | None = None

    async def poll(self) -> Reading:
        """Ask it once; one that does not answer is down, and never an error."""
        before = time.time()
        try:
            async with asyncio.timeout(2 * self._timeout_s):
                reading = await self._asked()
        except FAILURES as error:
            self._ticks = None
            self._asked_by.tell(str(self._asked_by.failed(error)))
            return Reading(self.target, before, up=False)
        self._asked_by.tell("")
        return reading

    async def _asked(self) -> Reading:
        session, _ = await self._asked_by.session()
        now = time.time()
        found = _numbers((await session.get_many(list(_SCALARS))).items())
        values = {("", "load_1m"): found.get(_LOAD, math.nan) / 100}
        values["", "cpu_used_share"] = await self._processor(session, found)
        total, available = await _memory(session, found)
        values |= {("", "memory_total_bytes"): total, ("", "memory_available_bytes"): available}
        served = frozenset(name for name, (mark, _) in _TABLES.items() if mark in found)
        for name in served:
            values |= await _table(session, _TABLES[name][1])
        stopped = await _stopped(session) if "bgp" in served else frozenset()
        return Reading(self.target, now, True, values, served, stopped)

    async def _processor(self, session: SnmpSession, found: Mapping[str, float]) -> float:
        if _IDLE[0] not in found:
            loads = (await _column(session, _PROCESSOR_LOAD)).values()
            return sum(loads) / len(loads) / 100 if loads else math.nan
        busy = sum(found.get(each, 0.0) for each in _BUSY)
        idle = sum(found.get(each, 0.0) for each in _IDLE)
        before, now = self._ticks, (busy, idle)
        if before == now:
            # The agent looks only every few seconds, and has not since.
            return math.nan
        self._ticks = now
        if before is None:
            return math.nan
        worked, rested = ((a - b) % _TICKS_WRAP for a, b in zip(now, before, strict=True))
        # A counter that was reset looks like one that wrapped after years of work.
        whole = worked + rested
        return worked / whole if whole < _TICKS_WRAP / 2 else math.nan


async def _memory(session: SnmpSession, found: Mapping[str, float]) -> tuple[float, float]:
    """Return the device's memory and what of it is available, in bytes."""
    if _TOTAL in found:
        spare = sum(found.get(each, 0.0) for each in (_FREE, _BUFFERS, _CACHED))
        return found[_TOTAL] * 1024, found.get(_AVAILABLE, spare) * 1024
    kinds = {name: kind async for name, kind in session.getbulk(_STORAGE_KIND)}
    rows = [name.rpartition(".")[2] for name, kind in kinds.items() if kind == _STORAGE_RAM]
    if not rows:
        return math.nan, math.nan
    asked = [f"{column}.{rows[0]}" for column in (_UNITS, _SIZE, _USED)]
    given = _numbers((await session.get_many(asked)).items())
    units, size, used = (given.get(each, math.nan) for each in asked)
    return units * size, units * (size - used)


async def _table(session: SnmpSession, columns: Mapping[str, str]) -> dict[tuple[str, str], float]:
    """Return the values of a table of neighbours, by address and metric."""
    return {
        (address, metric): value
        for metric, column in columns.items()
        for address, value in (await _column(session, column)).items()
    }


async def _stopped(session: SnmpSession) -> frozenset[str]:
    states = await _column(session, _ADMINISTRATIVE)
    return frozenset(address for address, state in states.items() if state == _STOPPED)


async def _column(session: SnmpSession, column: str) -> dict[str, float]:
    """Return a column by the first four parts of its index: an address, where it has one."""
    found = [(name, value) async for name, value in session.getbulk(column)]
    return {
        ".".join(name.removeprefix(f"{column}.").split(".")[:4]): value
        for name, value in _numbers(found).items()
    }


def _numbers(found: Iterable[tuple[str, Any]]) -> dict[str, float]:
    """Return what is a number; an address, as a router's name, is there and has no value."""
    return {
        name: float(value) if isinstance(value, int | float) else math.nan
        for name, value in found
        if value is not None
    }
