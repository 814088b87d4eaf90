"""One part of a change: guarded, applied, read back, checked, and confirmed or put back as one.

A part writes to one device, or to the two ends of a link that must change together.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

from forerunner.configure.guarded import Conditions, Guarded, Opening
from forerunner.dialects import Dialect
from forerunner.dialects.redaction import hide
from forerunner.errors import ForerunnerError
from forerunner.fleet import DeviceResult, FleetError, Unreachable
from forerunner.fleet.device import ResultStatus

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Member:
    """A device of a part.

    Attributes:
        name: Its inventory name.
        speech: Dialect of its platform.
        target: Gives what it is to run, out of what it runs when its guard is armed.
        opening: Opens the way to it.
        limit_s: Seconds that its change may take from the first word to the last.
    """

    name: str
    speech: Dialect
    target: Callable[[str], str]
    opening: Opening
    limit_s: float


@dataclass(frozen=True)
class Done:
    """What became of one device of a part.

    Attributes:
        result: For Ansible; `changed` when the change stands.
        touched: Whether anything may have been written to it.
        snapshot: What it ran before; empty when it was not read.
        now: What it runs; the snapshot where it was put back, empty where that is not known.
        health: Before and after, as plain data.
    """

    result: DeviceResult
    touched: bool = False
    snapshot: str = ""
    now: str = ""
    health: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass
class _Open:
    """A member under way."""

    member: Member
    guarded: Guarded
    snapshot: str = ""
    target: str = ""
    now: str = ""


async def carry_out(members: Sequence[Member], conditions: Conditions) -> dict[str, Done]:
    """Carry out one part, and return what became of each of its devices.

    Args:
        members: In the order of writing: the farthest from the controller first.
        conditions: On what conditions.
    """
    async with AsyncExitStack() as stack:
        opened: list[_Open] = []
        try:
            # What lasts longer than the guards do is no change any more: they have acted.
            async with asyncio.timeout(max(each.limit_s for each in members)):
                for member in members:
                    guarded = await stack.enter_async_context(member.opening(conditions))
                    opened.append(_Open(member, guarded))
                reason = await _attempt(opened, conditions)
        except (ForerunnerError, TimeoutError) as error:
            reason = _words(error)
            lost = error if isinstance(error, Unreachable) else None
            return await _taken_back(members, opened, reason, lost)
        if reason:
            return await _taken_back(members, opened, reason, None)
        return {each.member.name: _changed(each) for each in opened}


async def _attempt(opened: Sequence[_Open], conditions: Conditions) -> str:
    """Guard, apply, check and confirm; return what is wrong, empty when the change stands."""
    for each in opened:
        conditions.permit(each.member.name)
        each.snapshot = each.now = await each.guarded.arm()
        each.target = each.member.target(each.snapshot)
    for each in opened:
        brought = await each.guarded.apply(each.target)
        each.now = brought.now
        if brought.problem:
            return f"{each.member.name}: {brought.problem}"
    wrong = await asyncio.gather(*(each.guarded.watch(each.target) for each in opened))
    if any(wrong):
        told = zip(opened, wrong, strict=True)
        return "; ".join(f"{each.member.name}: {problem}" for each, problem in told if problem)
    for each in opened:
        await each.guarded.confirm()
    return ""


async def _taken_back(
    members: Sequence[Member], opened: Sequence[_Open], reason: str, lost: FleetError | None
) -> dict[str, Done]:
    """Have every guard of the part put its snapshot back; what broke one breaks all."""
    backs = await asyncio.gather(*(_put_back(each) for each in opened))
    found = {
        each.member.name: _undone(each, reason, back, lost)
        for each, back in zip(opened, backs, strict=True)
    }
    untouched = {x.name: _not_begun(x.name, reason, lost) for x in members if x.name not in found}
    return {**found, **untouched}


async def _put_back(each: _Open) -> bool | FleetError:
    try:
        return await each.guarded.put_back()
    except FleetError as error:
        _log.warning("%s", hide(str(error)))
        return error


def _undone(each: _Open, reason: str, back: bool | FleetError, lost: FleetError | None) -> Done:
    name = each.member.name
    if not each.guarded.touched and back is True:
        return _not_begun(name, reason, lost)
    if isinstance(back, FleetError):
        rest = f"{back.problem}; {each.guarded.promise}; look at it, then run again"
        result = DeviceResult("unreachable", hide(f"{name}: {reason}; {rest}"))
        return Done(result, True, each.snapshot)
    if not back:
        problem = "and what it ran before could NOT be put back byte for byte: see its console"
        return Done(DeviceResult("failed", hide(f"{name}: {reason}; {problem}")), True)
    message = hide(f"{name}: put back byte for byte, because {reason}")
    result = DeviceResult("failed", message, {"diff": ""})
    return Done(result, True, each.snapshot, each.snapshot, each.guarded.health)


def _not_begun(name: str, reason: str, lost: FleetError | None) -> Done:
    silent = lost is not None and lost.host == name
    status: ResultStatus = "unreachable" if silent else "failed"
    return Done(DeviceResult(status, hide(f"{name}: not written to, because {reason}")))


def _changed(each: _Open) -> Done:
    diff = each.member.speech.differences(each.snapshot, each.now)
    message = f"{each.member.name}: changed, read back and checked"
    result = DeviceResult("changed", message, {"diff": hide(diff)})
    return Done(result, each.guarded.touched, each.snapshot, each.now, each.guarded.health)


def _words(error: BaseException) -> str:
    return str(error) or "it was not done in time"
