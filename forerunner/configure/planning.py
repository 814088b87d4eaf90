"""Planning a change of many devices: foretold for each, written down as one plan or not at all."""

import asyncio
import os
from collections.abc import Awaitable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from forerunner.configure.foretell import SHADOWED, Foretold, Seen, by_vendor, look, on_shadow
from forerunner.configure.plan import Candidate, OpenPlan, PlanRefused, open_plan, write_plan
from forerunner.configure.survey import hidden
from forerunner.errors import ForerunnerError, InvalidData
from forerunner.fleet import Device, DeviceResult, Session, failure, run_async
from forerunner.shadow.machine import check_machine

Told = Foretold | DeviceResult
"""What is foretold of a device, or what became of the attempt."""


@dataclass(frozen=True)
class Terms:
    """How a plan is made.

    Attributes:
        directory: Where plans are, as var/plans.
        reason: One sentence for people.
        valid_for_s: Seconds within which it may be applied.
        check: Write nothing, not even the plan.
        skip_unreachable: Plan for the others when a device cannot be reached.
    """

    directory: Path
    reason: str
    valid_for_s: float
    check: bool = False
    skip_unreachable: bool = False

    def admit(self, results: Iterable[DeviceResult]) -> bool:
        """Return whether there may be a plan after these results."""
        passed = {"ok", "changed"} | ({"unreachable"} if self.skip_unreachable else set())
        return all(result.status in passed for result in results)


@dataclass(frozen=True)
class Limits:
    """How much is done at a time.

    Attributes:
        concurrency: Sessions at a time.
        timeout_s: Seconds for one device.
        shadows: Shadows at a time; as many as there are processors when 0.
    """

    concurrency: int = 50
    timeout_s: float = 60.0
    shadows: int = 0


@dataclass(frozen=True)
class Planning:
    """What planning gave.

    Attributes:
        hosts: What would become of each device.
        foretold: What would change, by device; those that could be asked.
        opened: The plan; None when nothing differs, a device failed, or only checking was asked.
        written: Whether the plan was written now, rather than found standing.
    """

    hosts: Mapping[str, DeviceResult]
    foretold: Mapping[str, Foretold] = field(default_factory=dict)
    opened: OpenPlan | None = None
    written: bool = False

    @property
    def differing(self) -> dict[str, Foretold]:
        """Return the devices that would change."""
        return {name: each for name, each in self.foretold.items() if each.diff}


def make_plan(
    devices: Mapping[str, Device], intended: Mapping[str, str], terms: Terms, limits: Limits
) -> Planning:
    """Foretell a change of many devices and write it down as one plan.

    No plan is written when a device rejects or misreads a line: what is wrong for one may be wrong
    for all. The same plan that still stands is not written again.

    Args:
        devices: By inventory name.
        intended: Whole configuration by device.
        terms: Where the plan goes, why and for how long.
        limits: How much is done at a time.

    Raises:
        NoShadow: A device needs a shadow and this machine cannot make one.
    """
    if any(device.platform in SHADOWED for device in devices.values()):
        check_machine()
    told = asyncio.run(_foretell(devices, intended, limits))
    hosts = {name: _result(name, each) for name, each in told.items()}
    planning = Planning(hosts, {x: each for x, each in told.items() if isinstance(each, Foretold)})
    if terms.check or not planning.differing or not terms.admit(hosts.values()):
        return planning
    return Planning(hosts, planning.foretold, *_standing_or_new(planning.differing, terms))


def _standing_or_new(differing: Mapping[str, Foretold], terms: Terms) -> tuple[OpenPlan, bool]:
    for path in sorted(terms.directory.glob("plan-*.json"), reverse=True):
        if opened := _same(path, differing):
            return opened, False
    candidates = {name: Candidate(each.running, each.text) for name, each in differing.items()}
    return write_plan(terms.directory, candidates, terms.reason, terms.valid_for_s), True


def _same(path: Path, differing: Mapping[str, Foretold]) -> OpenPlan | None:
    """Return the plan of a file if it still stands for exactly these changes."""
    try:
        opened = open_plan(path)
        same = all(opened.candidate(x, each.running) == each.text for x, each in differing.items())
    except (PlanRefused, InvalidData):
        return None
    return opened if same and sorted(opened.plan.limit) == sorted(differing) else None


async def _foretell(
    devices: Mapping[str, Device], intended: Mapping[str, str], limits: Limits
) -> dict[str, Told]:
    spoken = [device for device in devices.values() if device.platform in SHADOWED]
    looked = await run_async(spoken, _look, limits.concurrency, limits.timeout_s)
    shadows = asyncio.Semaphore(limits.shadows or os.cpu_count() or 1)
    doors = asyncio.Semaphore(limits.concurrency)

    async def one(device: Device) -> Told:
        text = intended[device.name]
        if device.platform not in SHADOWED:
            return await _in_turn(doors, by_vendor(device, text, limits.timeout_s))
        seen = looked[device.name].data.get("seen")
        if not isinstance(seen, Seen):
            return hidden(looked[device.name])
        return await _in_turn(shadows, on_shadow(device, seen, text))

    told = await asyncio.gather(*map(one, devices.values()))
    return dict(zip(devices, told, strict=True))


async def _look(session: Session) -> DeviceResult:
    return DeviceResult("ok", data={"seen": await look(session)})


async def _in_turn(turn: asyncio.Semaphore, work: Awaitable[Foretold]) -> Told:
    async with turn:
        try:
            return await work
        except ForerunnerError as error:
            return hidden(failure(error))


def _result(name: str, told: Told) -> DeviceResult:
    if isinstance(told, DeviceResult):
        return told
    notes = "".join(f"; {note}" for note in told.notes)
    if told.problem:
        return DeviceResult("failed", f"{name}: refused: {told.problem}{notes}")
    if told.diff:
        return DeviceResult("changed", f"{name}: would change{notes}")
    return DeviceResult("ok", f"{name}: as intended{notes}")
