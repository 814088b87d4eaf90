"""Bringing many devices to what they are to run: look, order, change in waves, say what became."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from analytics.decide import Duties, Refusal, Wave
from forerunner.configure.intent import Intent
from forerunner.configure.order import Meant, Order
from forerunner.configure.rollout import Rollout, combined
from forerunner.configure.saving import saved
from forerunner.configure.survey import GUARDED, Seen, Survey, neighbours, survey
from forerunner.configure.terms import Network, Terms
from forerunner.configure.transaction import Done
from forerunner.dialects.redaction import hide
from forerunner.fleet import Device, DeviceResult


@dataclass(frozen=True)
class Configuration:
    """What a run gave.

    Attributes:
        hosts: What became of each device; its data holds `diff` and `drained`.
        check: Whether nothing was written.
        waves: In which devices were to be changed, in the order of writing.
        health: Before and after, by device, where it was changed or put back.
        refused: Why no order is safe; empty when there is one.
        unsettled: Whether a device's own timer may still run.
        diff: Per device that differs (or would), as Ansible shows it.
    """

    hosts: Mapping[str, DeviceResult]
    check: bool = False
    waves: Sequence[Sequence[str]] = ()
    health: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    refused: str = ""
    unsettled: bool = False

    @property
    def diff(self) -> list[dict[str, str]]:
        """Return the differences as Ansible shows them."""
        return [
            {"prepared": f"--- {name} running\n+++ {name} intended\n{result.data['diff']}\n"}
            for name, result in self.hosts.items()
            if result.data.get("diff")
        ]

    @property
    def changed(self) -> bool:
        """Return whether a device's configuration differs afterwards (or would)."""
        return any(result.data.get("diff") for result in self.hosts.values())


def configure(
    devices: Mapping[str, Device], intent: Intent, terms: Terms, network: Network
) -> Configuration:
    """Bring every device to what it is to run, and say what became of each.

    Args:
        devices: By inventory name.
        intent: What they are to run.
        terms: Consent, timers, patience, order.
        network: What order and checks depend on.
    """
    return asyncio.run(_configure(devices, intent, terms, network))


async def _configure(
    devices: Mapping[str, Device], intent: Intent, terms: Terms, network: Network
) -> Configuration:
    found = await survey(devices, intent, terms)
    differing = found.differing
    outside = await neighbours(differing, network, terms)
    order = _order(devices, found, terms, network, outside)
    waves = order.waves() if differing else ()
    if isinstance(waves, Refusal):
        return _untouched(found, devices, terms, (), f"refused ({waves.cause}): {waves.reason}")
    names = [wave.devices for wave in waves]
    if terms.check or not terms.allow_change:
        return _untouched(found, devices, terms, names, "")
    if differing and not _may_go_on(found, terms):
        return _untouched(found, devices, terms, names, "a device does not answer")
    return await _carried_out(devices, found, order, waves, terms, network)


def _order(
    devices: Mapping[str, Device],
    found: Survey,
    terms: Terms,
    network: Network,
    outside: Mapping[str, str],
) -> Order:
    down = frozenset(name for name, x in found.failed.items() if x.status == "unreachable")
    duties = Duties(network.topology, network.controller, network.demands, down=down)
    others = {name: each.running for name, each in found.seen.items()}
    # How a change of another platform's lines bears on a link is not known.
    meant = {
        name: Meant(each.running, each.target, whole=devices[name].platform not in GUARDED)
        for name, each in found.differing.items()
    }
    return Order(meant, {**outside, **others}, duties, terms.waves)


def _may_go_on(found: Survey, terms: Terms) -> bool:
    silent = any(each.status == "unreachable" for each in found.failed.values())
    return terms.allow_unreachable or not silent


async def _carried_out(
    devices: Mapping[str, Device],
    found: Survey,
    order: Order,
    waves: Sequence[Wave],
    terms: Terms,
    network: Network,
) -> Configuration:
    rollout = Rollout(devices, found.differing, order, terms, network)
    done = await rollout.run(waves)
    results = {x: combined(devices[x], done[x], seen) for x, seen in found.differing.items()}
    hosts = {name: _result(name, found, results) for name in devices}
    return Configuration(
        await saved(devices, hosts, terms),
        waves=[wave.devices for wave in waves],
        health={name: parts[-1].health for name, parts in done.items() if parts},
        unsettled=any(_unsettled(part) for parts in done.values() for part in parts),
    )


def _unsettled(part: Done) -> bool:
    return part.touched and part.result.status == "unreachable"


def _result(name: str, found: Survey, results: Mapping[str, DeviceResult]) -> DeviceResult:
    if name in results:
        return results[name]
    if name in found.failed:
        return found.failed[name]
    seen = found.seen[name]
    data = {"diff": "", "drained": list(seen.drained)}
    return DeviceResult("ok", f"{name}: as intended{seen.note}", data)


def _untouched(
    found: Survey,
    devices: Mapping[str, Device],
    terms: Terms,
    waves: Sequence[Sequence[str]],
    refused: str,
) -> Configuration:
    """Return what would change, or what must not, of devices that nothing was written to."""
    results = {name: _left(name, seen, terms, refused) for name, seen in found.differing.items()}
    hosts = {name: _result(name, found, results) for name in devices}
    return Configuration(hosts, terms.check, waves, refused=refused)


def _left(name: str, seen: Seen, terms: Terms, refused: str) -> DeviceResult:
    shown = hide(seen.diff) if terms.check else ""
    data = {"diff": shown, "drained": list(seen.drained)}
    if refused:
        return DeviceResult("failed", f"{name}: nothing was touched: {refused}{seen.note}", data)
    if terms.check:
        return DeviceResult("changed", f"{name}: would change{seen.note}", data)
    problem = f"{name}: differs, and device_config_allow_change is not set{seen.note}"
    return DeviceResult("failed", problem, data)
