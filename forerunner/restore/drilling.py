"""The restore drill: wipe a router that may be wiped, restore it from its backup, prove it.

All of it happens under one guard: a drill that dies half-way is a router that restores itself.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

from forerunner.configure import health, task
from forerunner.configure.errors import ConfigureError
from forerunner.configure.guard import Guard, settle_left_over
from forerunner.configure.health import Expected, Patience, Watched
from forerunner.configure.intent import Intended
from forerunner.configure.operation import Configuration
from forerunner.configure.passes import Spoken, bring
from forerunner.configure.record import by_hand, recorded
from forerunner.configure.survey import GUARDED, agent_of
from forerunner.configure.terms import Network, Terms
from forerunner.dialects import dialect
from forerunner.dialects.redaction import hide
from forerunner.errors import ForerunnerError
from forerunner.fleet import Device, DeviceResult, FleetError, Session, connect, devices_from_data
from forerunner.fleet.inventory import devices_data
from forerunner.restore.history import History

PLAYBOOK = "drill_restore"
# Nothing but what a router says of itself.
_WIPED = "end\n"


@dataclass(frozen=True)
class Drill:
    """What a drill proved.

    Attributes:
        seconds: From the wiped router until it was as well as before.
        neighbours: Interfaces with an OSPF neighbour in state Full, and BGP peers, before as after.
        problem: Why it is not proven; empty when it is.
        wiped: Whether the router was without its configuration for a moment.
    """

    seconds: float
    neighbours: int
    problem: str = ""
    wiped: bool = False


def run_drill(given: Mapping[str, Any], variables: Mapping[str, Any], dry: bool) -> dict[str, Any]:
    """Do what module `restore_drill` is asked for and return its result.

    Raises:
        ForerunnerError: It cannot be begun; says why and what to do.
    """
    devices = devices_from_data(devices_data(variables, given["devices"]), "inventory")
    if len(devices) != 1:
        raise ConfigureError("a drill wipes one router at a time; name it: -e device=r4")
    ((name, device),) = devices.items()
    if not given["expendable"]:
        raise ConfigureError(f"{name}: the inventory does not set restore_drill_expendable for it")
    backup = History.of(given).at(name, "latest")[1]
    terms = task.terms_of(given, Intended({name: backup}), dry)
    network = task.network_of(given, devices, variables)
    if dry or not given["allow_wipe"]:
        why = "" if dry else "; to do it, add -e restore_drill_allow_wipe=true"
        told = DeviceResult("ok", f"{name}: would be wiped and restored from its backup{why}")
        return task.result_of(Configuration({name: told}))
    return _recorded(devices, lambda: drill(device, backup, terms, network))


def _recorded(devices: Mapping[str, Device], act: Callable[[], Drill]) -> dict[str, Any]:
    (name,) = devices
    proven: list[Drill] = []

    def once() -> Configuration:
        proven.append(act())
        return Configuration({name: _told(name, proven[0])})

    done = recorded(by_hand(PLAYBOOK, devices, {}), once)
    found = proven[0]
    return {**task.result_of(done), "seconds": found.seconds, "neighbours": found.neighbours}


def drill(device: Device, backup: str, terms: Terms, network: Network) -> Drill:
    """Wipe a router, restore it from its backup, and prove its neighbours.

    Args:
        device: The router.
        backup: Its whole configuration, as history has it.
        terms: Timer, patience and permit.
        network: For whom it must reach afterwards.
    """
    return asyncio.run(_drill(device, backup, terms, network))


async def _drill(device: Device, backup: str, terms: Terms, network: Network) -> Drill:
    if device.platform not in GUARDED:
        raise ConfigureError(f"{device.name}: nothing guards a {device.platform} while it is wiped")
    agent = agent_of(device, terms)
    terms.permit(device.name)
    await settle_left_over(agent)
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(connect(device))
        guard = await stack.enter_async_context(Guard(agent, terms.timer_s))
        try:
            async with asyncio.timeout(terms.timer_s):
                return await _guarded(device, backup, session, guard, terms, network)
        except (ForerunnerError, TimeoutError) as error:
            return await _given_up(guard, str(error) or "it was not done in time")


async def _guarded(
    device: Device, backup: str, session: Session, guard: Guard, terms: Terms, network: Network
) -> Drill:
    speech = dialect(device.platform)
    snapshot = await guard.arm()
    if speech.differences(snapshot, backup):
        raise ConfigureError("its last backup is not what it runs; run backup_configs.yml first")
    local = network.loopbacks[device.name]
    peers = [address for name, address in network.loopbacks.items() if name != device.name]
    before = await health.read(session, guard, local, peers)
    spoken, permit = Spoken(device.name, speech, guard), _permit(terms, device)
    wiped = await bring(spoken, snapshot, _WIPED, permit)
    began = time.monotonic()
    if wiped.problem:
        raise ConfigureError(f"it could not be wiped: {wiped.problem}")
    brought = await bring(spoken, wiped.now, backup, permit)
    if brought.problem or brought.now != snapshot:
        raise ConfigureError(f"the backup did not bring it back: {brought.problem}")
    watched = Watched(session, guard, local, peers, Expected(before, backup, frozenset(), 10))
    problems, _ = await health.watch(watched, Patience(0.0, terms.patience.settle_s))
    if problems:
        raise ConfigureError("; ".join(problems))
    seconds = time.monotonic() - began
    await guard.confirm()
    return Drill(seconds, len(before.full) + len(before.established), wiped=True)


def _permit(terms: Terms, device: Device) -> Callable[[], None]:
    return lambda: terms.permit(device.name)


async def _given_up(guard: Guard, problem: str) -> Drill:
    try:
        back = await guard.put_back()
    except FleetError as error:
        return Drill(0.0, 0, f"{problem}; {error.problem}; its own timer puts it back")
    end = "put back byte for byte" if back else "and it could NOT be put back: see its console"
    return Drill(0.0, 0, f"{end}, because {problem}")


def _told(name: str, found: Drill) -> DeviceResult:
    if found.problem:
        return DeviceResult("failed", hide(f"{name}: {found.problem}"), {"diff": ""})
    said = f"wiped, restored from its backup in {found.seconds:.1f} s, all neighbours back"
    return DeviceResult("ok", f"{name}: {said} ({found.neighbours})", {"diff": ""})
