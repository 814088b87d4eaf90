"""Running the speed tests of an inventory: planned, conducted, stored and reported."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from forerunner.collect import load
from forerunner.collect.speed_tests.claims import Claims
from forerunner.collect.speed_tests.conduct import Ended, Limits, conduct
from forerunner.collect.speed_tests.measuring import Measurer, Site
from forerunner.collect.speed_tests.schedule import GAP_S, Slot, rounds, schedule
from forerunner.collect.speed_tests.wanted import SpeedTest
from forerunner.collect.speed_tests.ways import NoWay, Way, Ways
from forerunner.errors import InvalidData
from forerunner.fleet import DeviceResult
from forerunner.ledger import Ledger
from forerunner.store import Store
from forerunner.topology import Topology

_DRAINED_COST = 65535
"""What a drain sets; RFC 6987's maximum metric."""
_GOOD = ("measured", "skipped")


@dataclass(frozen=True)
class Plan:
    """The tests of a run.

    Attributes:
        slots: In the order of their starts.
        nowhere: Tests between whose hosts there is no path, and why.
    """

    slots: tuple[Slot, ...]
    nowhere: tuple[Ended, ...]

    @property
    def length_s(self) -> float:
        """Return its seconds, if nothing has to wait for others."""
        return max((slot.end_s for slot in self.slots), default=0.0)


def plan(tests: Sequence[SpeedTest], ways: Ways, gap_s: float = GAP_S, seed: int = 0) -> Plan:
    """Return when each test is to run.

    Args:
        tests: What is wanted.
        ways: The ways between the probe hosts.
        gap_s: Seconds between two tests that share a link.
        seed: Of the orders that are tried.
    """
    found: dict[SpeedTest, Way] = {}
    nowhere = []
    for test in tests:
        try:
            found[test] = ways.between(test.source, test.target)
        except NoWay as error:
            slot = Slot(test, Way(frozenset()), 0.0)
            nowhere.append(Ended(slot, "failed", f"{test.name}: {error}"))
    return Plan(schedule(found, gap_s, seed), tuple(nowhere))


def probe_address(host: str, value: object) -> str:
    """Return the address by which a probe host tests.

    Raises:
        InvalidData: It is none; names the host.
    """
    try:
        return str(ip_address(str(value)))
    except ValueError:
        problem = f"{value!r} is no IP address"
        raise InvalidData(f"host {host}", "speed_test_address", problem) from None


def drained_costs(topology: Topology) -> dict[str, int]:
    """Return the cost of each direction of the links that the ledger holds for drained."""
    ledger = Ledger.open()
    try:
        drained = ledger.drained_links()
    finally:
        ledger.close()
    links = (link for link in topology.links if link.name in drained)
    return {way.name: _DRAINED_COST for link in links for way in link.directions}


def known_loads(store: Store, topology: Topology, maximum_age_s: float) -> dict[str, float]:
    """Return the loads that the telemetry knows, in bit/s by direction name.

    Those before a run: where one of its tests has just sent, they count on (`Measurer.loads`).
    """
    return load.directions(store, topology, (), maximum_age_s)


def carry_out(meant: Plan, site: Site, limits: Limits, claims: Claims) -> list[Ended]:
    """Run the tests of a plan and return what became of each."""
    act = Measurer(site).measure
    return [*meant.nowhere, *asyncio.run(conduct(meant.slots, claims, act, limits))]


def device_results(ended: Sequence[Ended], hosts: Sequence[str]) -> dict[str, DeviceResult]:
    """Return what became of each host: that of the tests which begin there."""
    return {host: _result(host, [x for x in ended if x.slot.test.source == host]) for host in hosts}


def _result(host: str, own: Sequence[Ended]) -> DeviceResult:
    bad = [each for each in own if each.state not in _GOOD]
    if not bad:
        counts = Counter(each.state for each in own)
        said = ", ".join(f"{number} {state}" for state, number in counts.items())
        return DeviceResult("ok", f"{host}: {said or 'no test begins here'}")
    reasons = "\n".join(dict.fromkeys(each.reason for each in bad))
    said = f"{host}: {len(bad)} of {len(own)} tests gave nothing\n{reasons}"
    lost = all(each.state == "unreachable" for each in bad)
    return DeviceResult("unreachable" if lost else "failed", said)


def facts(meant: Plan, ended: Sequence[Ended]) -> dict[str, Any]:
    """Return the report as plain data."""
    return {
        "time": time.time(),
        "counts": dict(Counter(each.state for each in ended)),
        "rounds": rounds(meant.slots),
        "tests": [_row(each) for each in ended],
    }


def _row(ended: Ended) -> dict[str, Any]:
    test = ended.slot.test
    return {
        "name": test.name,
        "source": test.source,
        "target": test.target,
        "protocol": test.protocol,
        "state": ended.state,
        "reason": ended.reason,
        "figures": dict(ended.figures),
        "links": sorted(ended.slot.way.links),
        "began": ended.began,
        "ended": ended.ended,
    }


def described(meant: Plan) -> list[str]:
    """Return a plan for people, a line a test."""
    lines = [
        f"{slot.start_s:5.0f} s  {slot.test.name} for {slot.test.duration_s} s"
        f" over {', '.join(sorted(slot.way.links))}"
        for slot in meant.slots
    ]
    return [*lines, *(each.reason for each in meant.nowhere)]
