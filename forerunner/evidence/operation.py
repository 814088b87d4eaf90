"""Asking many routers for the evidence at once, comparing it, and keeping what was seen."""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from forerunner.collect.arp import heard
from forerunner.collect.errors import CollectError
from forerunner.collect.session import Target
from forerunner.collect.snmp import Credentials
from forerunner.evidence import frr
from forerunner.evidence.comparison import Difference, compare
from forerunner.evidence.history import History
from forerunner.evidence.observation import Observation, Views, observe
from forerunner.evidence.seen import Seen
from forerunner.fleet import Device, DeviceResult, open_session, visit_all
from forerunner.topology import Topology

_SHOWN = 10


@dataclass(frozen=True)
class Stated:
    """What the inventory states.

    Attributes:
        topology: The links.
        router_ids: OSPF router identifier by router, where it is stated.
    """

    topology: Topology
    router_ids: Mapping[str, str]


@dataclass(frozen=True)
class Checked:
    """What was found.

    Attributes:
        results: What became of each device.
        observation: The topology as they see it.
        differences: Where it is not as the inventory states it.
        silent: Why there is no ARP table of a device, by its name.
    """

    results: Mapping[str, DeviceResult]
    observation: Observation
    differences: tuple[Difference, ...]
    silent: Mapping[str, str]


def check_topology(
    devices: Mapping[str, Device],
    stated: Stated,
    snmp: Credentials | None = None,
    concurrency: int = 50,
    timeout: float = 60.0,
) -> Checked:
    """Ask the routers and return where they see something else than the inventory states.

    Args:
        devices: By inventory name.
        stated: What the inventory states.
        snmp: User that may read the routers' ARP tables; without it ARP is no evidence.
        concurrency: Devices at a time.
        timeout: Seconds for one device.
    """

    async def visit(device: Device) -> DeviceResult:
        return DeviceResult("ok", data={"seen": await _read(device, snmp, timeout)})

    asked = asyncio.run(visit_all(devices.values(), visit, concurrency, timeout))
    views = {name: _seen(result) for name, result in asked.items()}
    return _checked(asked, views, stated)


def _checked(asked: Mapping[str, DeviceResult], views: Views, stated: Stated) -> Checked:
    found = tuple(compare(stated.topology, views, stated.router_ids))
    results = {name: _result(name, asked[name], views[name], found) for name in asked}
    silent = {name: x.problem for name, x in views.items() if x and x.problem}
    return Checked(results, observe(views, stated.router_ids), found, silent)


async def _read(device: Device, snmp: Credentials | None, timeout_s: float) -> Seen:
    if device.platform != "frr":
        problem = f"{device.name}: nobody can ask {device.platform} for its topology yet, only frr"
        raise CollectError(problem)
    async with open_session(device, timeout_s) as session:
        seen = await frr.read(session, device.name)
    if snmp is None:
        return replace(seen, problem="no SNMP user is named")
    try:
        return replace(seen, heard=await heard(Target(device.name, device.address, user=snmp.user)))
    except CollectError as error:
        # OSPF and addresses are evidence enough to go on with.
        return replace(seen, problem=str(error))


def _seen(result: DeviceResult) -> Seen | None:
    seen = result.data.get("seen")
    return seen if isinstance(seen, Seen) else None


def _result(
    name: str, asked: DeviceResult, seen: Seen | None, found: tuple[Difference, ...]
) -> DeviceResult:
    if seen is None:
        return asked
    own = [str(each) for each in found if name in each.routers]
    if not own:
        return DeviceResult("ok", f"{name}: its links are as the inventory states them")
    more = [f"and {len(own) - _SHOWN} more; see the report"] if len(own) > _SHOWN else []
    said = "\n".join([f"{name}: {len(own)} differences", *own[:_SHOWN], *more])
    return DeviceResult("failed", said)


def keep(checked: Checked, stated: Stated, directory: Path) -> bool:
    """Keep what was seen where all routers of the inventory were asked; whether it differs.

    What was seen of some of them would look like a network that had lost the others.

    Raises:
        InvalidData: What is kept there cannot be read.
    """
    if not set(stated.topology.routers) <= checked.observation.routers.keys():
        return False
    return History(directory).keep(checked.observation, time.time())


def facts(checked: Checked) -> dict[str, Any]:
    """Return the report as plain data."""
    statuses = Counter(each.status for each in checked.results.values())
    return {
        "time": time.time(),
        "counts": dict(statuses),
        "kinds": dict(Counter(each.kind for each in checked.differences)),
        "differences": [each.to_dict() for each in checked.differences],
        "devices": [{"name": name, **x.to_dict()} for name, x in checked.results.items()],
        "observed": checked.observation.to_dict(),
        "no_arp": dict(checked.silent),
    }


def describe(report: Mapping[str, Any], page: Path, differs: bool) -> list[str]:
    """Return a report in a few lines: how many stand how, what differs, where all of it is."""
    devices = ", ".join(f"{number} {status}" for status, number in report["counts"].items())
    kinds = ", ".join(f"{number} {kind}" for kind, number in report["kinds"].items())
    seen = len(report["observed"]["adjacencies"])
    lines = [
        f"{len(report['devices'])} devices: {devices}; {seen} links seen; {kinds or 'as stated'}"
    ]
    lines += ["the topology is another one than before"] if differs else []
    if report["no_arp"]:
        lines.append(f"without ARP: {', '.join(report['no_arp'])}; the report says why")
    return [*lines, f"report: {page}"]
