"""Looking at many devices at once, each in the way that its platform has."""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from forerunner.collect.errors import CollectError
from forerunner.collect.snmp import Agent, Credentials
from forerunner.fleet import Device, DeviceResult, open_session, visit_all
from forerunner.fleet.door import NoDoor, with_napalm
from forerunner.health import frr, napalm
from forerunner.health.declaration import Declared
from forerunner.health.finding import Finding, Observed, judge

_SHOWN = 10
_ERRORS = frozenset({"if_in_errors", "if_out_errors"})


@dataclass(frozen=True)
class Health:
    """What the checks of one device gave.

    Attributes:
        result: `failed` unless every check that was declared has passed.
        findings: One for each check; none where the device could not be asked.
    """

    result: DeviceResult
    findings: tuple[Finding, ...] = ()

    @classmethod
    def of(cls, name: str, findings: list[Finding]) -> "Health":
        """Return the health that findings amount to."""
        bad = [each for each in findings if each.state != "passed"]
        if not bad:
            count = f"{len(findings)} checks passed" if findings else "no check is declared"
            return cls(DeviceResult("ok", f"{name}: {count}"), tuple(findings))
        shown = [f"{each.check} {each.subject}: {each.message}" for each in bad[:_SHOWN]]
        more = [f"and {len(bad) - _SHOWN} more; see the report"] if len(bad) > _SHOWN else []
        said = "\n".join([f"{name}: {len(bad)} of {len(findings)} checks failed", *shown, *more])
        return cls(DeviceResult("failed", said), tuple(findings))


def check_health(
    devices: Mapping[str, Device],
    declared: Mapping[str, Declared],
    snmp: Credentials | None = None,
    concurrency: int = 50,
    timeout: float = 60.0,
) -> dict[str, Health]:
    """Return how each device is, in their order; one that has no checks is not asked.

    Args:
        devices: By inventory name.
        declared: What is declared of each of them.
        snmp: User that may read the devices' counters; without it NAPALM's getter has to serve.
        concurrency: Devices at a time.
        timeout: Seconds for one device.
    """

    async def visit(device: Device) -> DeviceResult:
        seen = await _observe(device, declared[device.name], snmp, timeout)
        findings = judge(declared[device.name], seen, device.platform)
        return DeviceResult("ok", data={"health": Health.of(device.name, findings)})

    asked = [device for name, device in devices.items() if declared[name]]
    results = asyncio.run(visit_all(asked, visit, concurrency, timeout))
    return {name: _health(name, results.get(name)) for name in devices}


def _health(name: str, result: DeviceResult | None) -> Health:
    if result is None:
        return Health.of(name, [])
    found = result.data.get("health")
    return found if isinstance(found, Health) else Health(result)


async def _observe(
    device: Device, declared: Declared, snmp: Credentials | None, timeout_s: float
) -> dict[str, Observed]:
    seen = await _asked(device, declared, timeout_s)
    if snmp is not None and "interface_errors" in declared:
        seen["interface_errors"] = await _errors(device, snmp)
    return seen


async def _asked(device: Device, declared: Declared, timeout_s: float) -> dict[str, Observed]:
    if device.platform == "frr":
        async with open_session(device, timeout_s) as session:
            return await frr.observe(session, declared)
    try:
        return await with_napalm(device, partial(napalm.observe, declared=declared), timeout_s)
    except NoDoor:
        # Nobody can look at anything there: every check says so.
        return {}


async def _errors(device: Device, user: Credentials) -> Observed:
    """Return each interface's errors, in and out, since its counters began."""
    counts: Counter[str] = Counter()
    try:
        for sample in await Agent(device.name, device.address, user, timeout=2.0).poll():
            if sample.metric in _ERRORS:
                counts[sample.interface] += int(sample.value)
    except CollectError as error:
        return Observed(problem=str(error))
    return Observed({name: float(count) for name, count in counts.items()})


def facts(found: Mapping[str, Health]) -> dict[str, Any]:
    """Return the report as plain data."""
    devices = [
        {
            "name": name,
            **each.result.to_dict(),
            "checks": [finding.to_dict() for finding in each.findings],
        }
        for name, each in found.items()
    ]
    states = Counter(finding.state for each in found.values() for finding in each.findings)
    statuses = Counter(each.result.status for each in found.values())
    return {
        "time": time.time(),
        "counts": dict(statuses),
        "checks": dict(states),
        "devices": devices,
    }


def describe(report: Mapping[str, Any], page: Path) -> list[str]:
    """Return a report in two lines: how many stand how, and where all of it is."""
    devices = ", ".join(f"{number} {status}" for status, number in report["counts"].items())
    checks = ", ".join(f"{number} {state}" for state, number in report["checks"].items())
    line = f"{len(report['devices'])} devices: {devices}; checks: {checks or 'none was made'}"
    return [line, f"report: {page}"]
