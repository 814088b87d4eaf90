"""Draining a link, and returning it: read, assess, hold, apply, verify, then confirm or undo.

Both ends change at the same moment. That is safe whatever the order: a cost is a property of the
direction that its router sends, the maximum one still forwards (RFC 6987), and no session of the
controller runs over the links (management is out of band).
"""

import asyncio
import time
from contextlib import AsyncExitStack
from typing import cast

from analytics.decide import Expectation, NetworkState, Refusal, assess_drain
from forerunner.drain import loads
from forerunner.drain.change import Change
from forerunner.drain.ends import End, open_session
from forerunner.drain.errors import DrainError
from forerunner.drain.health import assess_return
from forerunner.drain.holds import Holds
from forerunner.drain.lock import alone
from forerunner.drain.reading import (
    EndState,
    direction_metrics,
    drained_links,
    live_links,
    read_end,
)
from forerunner.drain.report import Report, Stopwatch, snapshot
from forerunner.drain.request import PLAYBOOKS, Request, check_expiry
from forerunner.fleet import DeviceResult, FleetError, Session, failure
from forerunner.model import OutcomeState


async def operate(request: Request, check: bool = False) -> Report:
    """Bring a link into the state that is asked for and report what became of it.

    Args:
        request: What is asked for.
        check: Say what would be done, and touch nothing.
    """
    if check:
        return await _operate(request, check)
    try:
        async with alone(request.directory, f"{PLAYBOOKS[request.goal]} {request.link.name}"):
            # Waiting for another run may have taken longer than the plan is good for.
            check_expiry(request.plan, time.time())
            return await _operate(request, check)
    except DrainError as error:
        untouched = DeviceResult("failed", str(error))
        return _not_begun(request, dict.fromkeys(request.link.ends, untouched))


async def _operate(request: Request, check: bool) -> Report:
    watch = Stopwatch()
    async with AsyncExitStack() as stack:
        measuring = asyncio.ensure_future(loads.measure(request))
        stack.callback(measuring.cancel)
        ends, failures = await _open_ends(stack, request)
        watch.lap("connect")
        if failures:
            return _not_begun(request, failures)
        return await _operate_on(ends, stack, request, measuring, watch, check)


async def _operate_on(
    ends: list[End],
    stack: AsyncExitStack,
    request: Request,
    measuring: "asyncio.Future[dict[str, float] | None]",
    watch: Stopwatch,
    check: bool,
) -> Report:
    """Read the ends that are open, assess, and do what is asked for."""
    holds = Holds(request.directory, request.link.name, {e.host: e.agent for e in ends})
    try:
        before = await read_ends(ends)
    except FleetError as error:
        return _not_begun(request, {error.host: failure(error)})
    watch.lap("read")
    change = Change(stack, request, ends, before, holds, watch)
    assessed = await _assess(request, ends, before, measuring) if change.costs else None
    watch.lap("assess")
    if isinstance(assessed, Refusal):
        return _refused(request, ends, before, assessed)
    if isinstance(assessed, Expectation):
        change.expected = assessed.utilisation
    report = change.foretell() if check else await change.carry_out()
    return report.noting(assessed) if isinstance(assessed, str) else report


async def read_ends(ends: list[End]) -> dict[str, EndState]:
    """Read both ends at once."""
    states = await asyncio.gather(*(read_end(end.cli, end.way) for end in ends))
    return {end.host: state for end, state in zip(ends, states, strict=True)}


async def _open_ends(
    stack: AsyncExitStack, request: Request
) -> tuple[list[End], dict[str, DeviceResult]]:
    names = request.link.ends
    devices = [group[name] for name in names for group in (request.devices, request.agents)]
    opened = await asyncio.gather(*(open_session(stack, device) for device in devices))
    failures = {x.host: failure(x) for x in opened if isinstance(x, FleetError)}
    if failures:
        return [], failures
    sessions = iter(cast(list[Session], opened))
    return [End(way, next(sessions), next(sessions)) for way in request.link.directions], {}


async def _assess(
    request: Request,
    ends: list[End],
    before: dict[str, EndState],
    measuring: "asyncio.Future[dict[str, float] | None]",
) -> Expectation | Refusal | str | None:
    """Return what the change would do, or why it must not be, or what is to be said of it."""
    if request.goal == "in_service":
        return await assess_return(request, ends[0].agent)
    metrics = {address: cost for end in before.values() for address, cost in end.metrics.items()}
    costs = direction_metrics(request.topology, metrics)
    alive = live_links(request.topology, costs)
    if request.link not in alive.links:
        # A link that is down carries nothing; it must still be one that may be cut.
        alive = type(alive)((*alive.links, request.link))
    drained = drained_links(alive, costs) - {request.link.name}
    state = NetworkState(alive, costs, await measuring, drained)
    return assess_drain(request.link.name, state, request.policy)


def _not_begun(request: Request, failures: dict[str, DeviceResult]) -> Report:
    broken = any(result.status == "unreachable" for result in failures.values())
    state: OutcomeState = "unreachable" if broken else "failed"
    reasons = dict.fromkeys(x.message for x in failures.values())
    message = "nothing was touched: " + "; ".join(reasons)
    untouched = DeviceResult("ok", "not touched")
    hosts = {name: failures.get(name, untouched) for name in request.link.ends}
    return Report(state, message, hosts, plan=request.plan.id if request.plan else None)


def _refused(
    request: Request, ends: list[End], before: dict[str, EndState], refusal: Refusal
) -> Report:
    seen = snapshot({end.host: end.way for end in ends}, before)
    message = f"refused ({refusal.cause}), nothing was touched: {refusal.reason}"
    hosts = {name: DeviceResult("failed", message) for name in request.link.ends}
    plan = request.plan.id if request.plan else None
    return Report("refused", message, hosts, before=seen, after=seen, plan=plan)
