"""The slow path: what many devices and servers say over SSH, as samples, in one task."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from forerunner.collect import server
from forerunner.collect.command_line import FRR_COMMANDS, frr_samples, napalm_samples
from forerunner.collect.errors import CollectError
from forerunner.fleet import Device, DeviceResult, open_session, visit_all
from forerunner.fleet.door import with_napalm
from forerunner.model import Sample

if TYPE_CHECKING:
    from forerunner.store import Store

UP = "ssh_up"
_LINUX = "linux"


def collect(
    devices: Mapping[str, Device],
    store: "Store",
    concurrency: int = 50,
    timeout: float = 60.0,
) -> dict[str, DeviceResult]:
    """Ask devices over SSH, write what they say to the store, and return what became of each.

    Every device is `ssh_up`, 1 or 0: one that could not be asked is a gap, marked.

    Args:
        devices: By inventory name: Linux servers, FRR routers, or what NAPALM has a driver for.
        store: The telemetry store, written to once, when all were asked.
        concurrency: Devices at a time.
        timeout: Seconds for one device.

    Raises:
        StoreError: What they said cannot be written.
    """
    found: dict[str, list[Sample]] = {}
    visit = partial(_visit, found, timeout)
    results = asyncio.run(visit_all(devices.values(), visit, concurrency, timeout))
    marks = [Sample(time.time(), name, "", UP, float(name in found)) for name in devices]
    store.append([*marks, *(each for samples in found.values() for each in samples)])
    return results


async def _visit(found: dict[str, list[Sample]], timeout_s: float, device: Device) -> DeviceResult:
    """Ask a device, and put away what it says."""
    try:
        found[device.name] = await _asked(device, timeout_s)
    except CollectError as error:
        return DeviceResult("failed", str(error))
    return DeviceResult("ok", f"{device.name}: {len(found[device.name])} samples")


async def _asked(device: Device, timeout_s: float) -> list[Sample]:
    now = time.time()
    if device.platform == _LINUX:
        # As FRR, it gives each command a channel, and wants no shell that is talked to.
        async with open_session(replace(device, platform="frr"), timeout_s) as session:
            return server.samples(device.name, await session.execute_once(server.COMMAND), now)
    if device.platform == "frr":
        async with open_session(device, timeout_s) as session:
            answers = {command: await session.execute(command) for command in FRR_COMMANDS}
        return frr_samples(device.name, answers, now)
    read: Callable[..., list[Sample]] = partial(_read, device.name, now)
    return await with_napalm(device, read, timeout_s)


def _read(host: str, now: float, driver: object) -> list[Sample]:
    return napalm_samples(host, driver, now)
