"""One part of a change: guarded, applied, read back, checked, and confirmed or put back as one.

A part writes to one device, or to the two ends of a link that must change together.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from forerunner.configure import health
from forerunner.configure.guard import Guard
from forerunner.configure.health import Expected, Health, Patience, Watched
from forerunner.configure.passes import Spoken, bring
from forerunner.dialects import Dialect
from forerunner.dialects.redaction import hide
from forerunner.errors import ForerunnerError
from forerunner.fleet import Device, DeviceResult, FleetError, Session, Unreachable, connect
from forerunner.fleet.device import ResultStatus

Permit = Callable[[str], None]
"""Is asked with a device's name just before each write to it, and raises to prevent it."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Member:
    """A device of a part.

    Attributes:
        device: How its command line is reached.
        agent: How its agent is reached.
        speech: Dialect of its platform.
        target: Gives what it is to run, out of what it runs when its guard is armed.
        loopback: Its own, from which it is to reach the others.
    """

    device: Device
    agent: Device
    speech: Dialect
    target: Callable[[str], str]
    loopback: str

    @property
    def name(self) -> str:
        """Return its inventory name."""
        return self.device.name


@dataclass(frozen=True)
class Conditions:
    """On what conditions a part is carried out.

    Attributes:
        permit: Asked before each write.
        timer_s: Seconds after which a device puts its snapshot back unless it is confirmed.
        patience: How long the health of a device is watched.
        loopbacks: Of all devices, by name.
        leaving: Prefixes that the change as a whole takes away.
        most_errors: New errors on an interface that are borne.
    """

    permit: Permit
    timer_s: float
    patience: Patience
    loopbacks: Mapping[str, str]
    leaving: frozenset[str]
    most_errors: int


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
    health: Mapping[str, object] = field(default_factory=dict)


@dataclass
class _Open:
    """A member under way."""

    member: Member
    guard: Guard
    session: Session
    snapshot: str = ""
    target: str = ""
    now: str = ""
    touched: bool = False
    before: Health | None = None
    after: Health | None = None


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
            async with asyncio.timeout(conditions.timer_s + health_reserve(conditions)):
                opened += await _opened(stack, members, conditions)
                reason = await _attempt(opened, conditions)
        except (ForerunnerError, TimeoutError) as error:
            reason = _words(error)
            lost = error if isinstance(error, Unreachable) else None
            return await _taken_back(members, opened, reason, lost)
        if reason:
            return await _taken_back(members, opened, reason, None)
        return {each.member.name: _changed(each) for each in opened}


def health_reserve(conditions: Conditions) -> float:
    """Return the seconds that connecting and reading may take beside the guarded time."""
    return 20.0 + conditions.patience.settle_s


async def _opened(
    stack: AsyncExitStack, members: Sequence[Member], conditions: Conditions
) -> list[_Open]:
    async def one(member: Member) -> _Open:
        guard = await stack.enter_async_context(Guard(member.agent, conditions.timer_s))
        session = await stack.enter_async_context(connect(member.device, attempts=2))
        return _Open(member, guard, session)

    return [await one(member) for member in members]


async def _attempt(opened: Sequence[_Open], conditions: Conditions) -> str:
    """Guard, apply, check and confirm; return what is wrong, empty when the change stands."""
    for each in opened:
        conditions.permit(each.member.name)
        each.snapshot = each.now = await each.guard.arm()
        each.target = each.member.target(each.snapshot)
        each.before = await _health(each, conditions)
    for each in opened:
        problem = await _apply(each, conditions.permit)
        if problem:
            return f"{each.member.name}: {problem}"
    wrong = await asyncio.gather(*(_watch(each, conditions) for each in opened))
    if any(wrong):
        return "; ".join(problem for problem in wrong if problem)
    for each in opened:
        await each.guard.confirm()
    return ""


async def _apply(each: _Open, permit: Permit) -> str:
    def permitted() -> None:
        permit(each.member.name)
        each.touched = True

    spoken = Spoken(each.member.name, each.member.speech, each.guard)
    brought = await bring(spoken, each.snapshot, each.target, permitted)
    each.now = brought.now
    return brought.problem


def _peers(each: _Open, conditions: Conditions) -> list[str]:
    return [x for name, x in conditions.loopbacks.items() if name != each.member.name]


async def _health(each: _Open, conditions: Conditions) -> Health:
    peers = _peers(each, conditions)
    return await health.read(each.session, each.guard, each.member.loopback, peers)


async def _watch(each: _Open, conditions: Conditions) -> str:
    assert each.before is not None  # noqa: S101 - it was read before anything was applied
    leaving, most = conditions.leaving, conditions.most_errors
    expected = Expected(each.before, each.target, leaving, most)
    peers = _peers(each, conditions)
    watched = Watched(each.session, each.guard, each.member.loopback, peers, expected)
    found, each.after = await health.watch(watched, conditions.patience)
    return f"{each.member.name}: {'; '.join(found)}" if found else ""


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
        return await each.guard.put_back()
    except FleetError as error:
        _log.warning("%s", error)
        return error


def _undone(each: _Open, reason: str, back: bool | FleetError, lost: FleetError | None) -> Done:
    name = each.member.name
    if not each.touched and back is True:
        return _not_begun(name, reason, lost)
    if isinstance(back, FleetError):
        rest = f"{back.problem}; its own timer puts the snapshot back; look at it, then run again"
        result = DeviceResult("unreachable", hide(f"{name}: {reason}; {rest}"))
        return Done(result, True, each.snapshot)
    if not back:
        problem = "and what it ran before could NOT be put back byte for byte: see its console"
        return Done(DeviceResult("failed", hide(f"{name}: {reason}; {problem}")), True)
    message = hide(f"{name}: put back byte for byte, because {reason}")
    result = DeviceResult("failed", message, {"diff": ""})
    return Done(result, True, each.snapshot, each.snapshot, _both(each))


def _not_begun(name: str, reason: str, lost: FleetError | None) -> Done:
    silent = lost is not None and lost.host == name
    status: ResultStatus = "unreachable" if silent else "failed"
    return Done(DeviceResult(status, hide(f"{name}: not written to, because {reason}")))


def _changed(each: _Open) -> Done:
    diff = each.member.speech.differences(each.snapshot, each.now)
    message = f"{each.member.name}: changed, read back and checked"
    result = DeviceResult("changed", message, {"diff": hide(diff)})
    return Done(result, each.touched, each.snapshot, each.now, _both(each))


def _both(each: _Open) -> dict[str, object]:
    states = {"before": each.before, "after": each.after}
    return {name: state.to_dict() for name, state in states.items() if state is not None}


def _words(error: BaseException) -> str:
    return str(error) or "it was not done in time"
