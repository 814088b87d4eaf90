"""Has a drained link been well for long enough to carry traffic again?

The telemetry store knows, where somebody watched; a short probe of the link itself, which cannot
see a flap, is asked only where nobody did. What the store saw being lost counts in either case.
"""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from analytics.decide import Refusal
from forerunner.drain.probing import probe_all, unclean
from forerunner.drain.request import Request
from forerunner.fleet import Session
from forerunner.store import Store, StoreError
from forerunner.topology import Direction

_log = logging.getLogger(__name__)
# A healthy link may lose a packet now and then; more in one second, or in one interval of the
# probing, is a link that is not well.
_MOST_IN_A_SECOND, _HEAVY = 0.05, 0.4
# Seconds of the span that may be unseen: the store is written about once a second.
_UNSEEN_S = 5.0
_OVERRIDE = "to return it all the same, add -e link_drain_return_unhealthy=true"


@dataclass(frozen=True, slots=True)
class Interval:
    """What probing one direction gave in one short interval, as the store keeps it.

    Attributes:
        time: Its beginning, in seconds since the epoch.
        sent: Packets sent.
        lost: Of these, packets lost.
    """

    time: float
    sent: float
    lost: float


async def assess_return(
    request: Request, session: Session, now: float | None = None
) -> Refusal | str | None:
    """Return why a link must not return to service yet, or None when it is known to be well.

    Args:
        request: The return that is asked for.
        session: With the agent of the link's first end, which may be asked to probe.
        now: Seconds since the epoch; the present by default.

    Returns:
        A sentence for people instead of None where less than the whole span is known.
    """
    if request.return_unhealthy:
        return "its health was not looked at, as was asked for"
    moment = time.time() if now is None else now
    watched = await asyncio.to_thread(_watched, request, moment)
    if problem := _problem(request, watched, moment):
        return Refusal(request.link.name, "not_healthy", problem)
    if _fresh(watched, moment):
        return None
    return await _probed(request, session)


def _watched(request: Request, now: float) -> dict[Direction, list[Interval]]:
    """Return what the store holds of each direction over the span that must have been healthy."""
    since = now - request.policy.healthy_for_s
    counts: dict[tuple[str, str, float], dict[str, float]] = defaultdict(dict)
    try:
        metrics = ("probe_sent", "probe_lost")
        for each in Store(request.telemetry_directory).read(metrics, request.link.ends, since):
            counts[each.host, each.interface, each.time][each.metric] = each.value
    except StoreError as error:
        _log.warning("what probing found is not known: %s", error)
    found: dict[Direction, list[Interval]] = {way: [] for way in request.link.directions}
    for (host, interface, at), values in sorted(counts.items()):
        for way, intervals in found.items():
            if (way.host, way.interface) == (host, interface):
                sent, lost = (values.get(name, 0.0) for name in metrics)
                intervals.append(Interval(at, sent, lost))
    return found


def _problem(request: Request, watched: dict[Direction, list[Interval]], now: float) -> str | None:
    """Return why the store does not call the link healthy, or None."""
    needed = request.policy.healthy_for_s
    for way, intervals in watched.items():
        if _unwell(intervals, request.probe_loss_maximum):
            sent, lost = sum(x.sent for x in intervals), sum(x.lost for x in intervals)
            ago = now - max(x.time for x in intervals if x.lost)
            return (
                f"{way.link} has not been healthy for {needed:g} s: {way.name} lost {lost:.0f} of "
                f"{sent:.0f} probes, the last one {ago:.0f} s ago; wait {needed - ago:.0f} s more "
                f"or, {_OVERRIDE}"
            )
        seen = len({int(x.time) for x in intervals})
        if _fresh(watched, now) and seen < needed - _UNSEEN_S:
            return (
                f"{way.link} was watched for {seen} s of the last {needed:g} s only; "
                f"wait {needed - seen:.0f} s more or, {_OVERRIDE}"
            )
    return None


def _unwell(intervals: list[Interval], maximum: float) -> bool:
    """Return whether too much was lost in the whole span, in a second or in an interval."""
    if _lossy(intervals, maximum) or any(_lossy([x], _HEAVY) for x in intervals):
        return True
    seconds: dict[int, list[Interval]] = defaultdict(list)
    for each in intervals:
        seconds[int(each.time)].append(each)
    # A second at the edge of the span is seen in part: there one packet would be a large share.
    whole = (x for x in seconds.values() if len(x) >= len(intervals) / (2 * len(seconds)))
    return any(_lossy(second, _MOST_IN_A_SECOND) for second in whole)


def _lossy(intervals: Iterable[Interval], maximum: float) -> bool:
    counts = [(x.sent, x.lost) for x in intervals]
    return sum(lost for _, lost in counts) > maximum * sum(sent for sent, _ in counts)


def _fresh(watched: dict[Direction, list[Interval]], now: float) -> bool:
    return all(x and now - x[-1].time <= _UNSEEN_S for x in watched.values())


async def _probed(request: Request, session: Session) -> Refusal | str:
    """Ask the link itself, while it is still empty."""
    way, seconds = request.link.directions[0], request.probe_duration_s
    losses, problems = await probe_all({way.host: session}, {way.host: [way]}, seconds)
    if bad := [*unclean(losses, request.probe_loss_maximum), *problems]:
        reason = f"{'; '.join(bad)}; find out why or, {_OVERRIDE}"
        return Refusal(request.link.name, "not_healthy", reason)
    return (
        f"that it is healthy is known from a probe of {seconds:g} s alone, "
        "since the telemetry store holds nothing fresh of it"
    )
