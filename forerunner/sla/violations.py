"""Violations, and promises of which nothing is known, as events."""

import hashlib
from collections.abc import Iterable, Iterator

from forerunner.model import Event
from forerunner.sla.judging import Judged


def events(judged: Iterable[Judged], now: float) -> Iterator[Event]:
    """Yield an event for each promise that is not kept: `sla.loss` and so on, or `sla.unknown`.

    The same samples give the same event, however often they are judged.

    Args:
        judged: How promises stand.
        now: Seconds since the epoch, for what was never measured.
    """
    for each in judged:
        if each.state != "kept":
            yield _event(each, now)


def _event(judged: Judged, now: float) -> Event:
    path, violated = judged.path, judged.state == "violated"
    told = (path.name, path.sla_class.name, judged.quantity, judged.state, judged.newest)
    return Event(
        id=f"sla-{hashlib.sha256(repr(told).encode()).hexdigest()[:32]}",
        time=now if judged.newest is None else judged.newest,
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
