"""Violations, and promises of which nothing is known, as events."""

import hashlib
from collections.abc import Iterable, Iterator

from forerunner.model import Event
from forerunner.sla.judging import Judged, Terms


def events(judged: Iterable[Judged], now: float, stale_s: float = Terms.stale_s) -> Iterator[Event]:
    """Yield an event for each promise that is not kept: `sla.loss` and so on, or `sla.unknown`.

    The same samples give the same event of a violation, however often they are judged. What is
    unknown has no sample that could say that it still is: it is an event anew, of its own time,
    twice within the time after which its incident would count as over.

    Args:
        judged: How promises stand.
        now: Seconds since the epoch.
        stale_s: As of the terms by which they were judged.
    """
    for each in judged:
        if each.state != "kept":
            yield _event(each, now, now // (stale_s / 2))


def _event(judged: Judged, now: float, period: float) -> Event:
    path, violated = judged.path, judged.state == "violated"
    moment = judged.newest if violated else None
    since = period if moment is None else moment
    told = (path.name, path.sla_class.name, judged.quantity, judged.state, since)
    return Event(
        id=f"sla-{hashlib.sha256(repr(told).encode()).hexdigest()[:32]}",
        time=now if moment is None else moment,
        kind=f"sla.{judged.quantity}" if violated else "sla.unknown",
        host=path.source,
        interface=path.interface,
        severity="error" if violated else "warning",
        text=judged.text,
        details={
            "sla_class": path.sla_class.name,
            "quantity": judged.quantity,
            "bound": judged.bound,
            "values": list(judged.values),
        },
    )
