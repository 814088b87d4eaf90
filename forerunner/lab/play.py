"""Playing a schedule of degradation on a real link, in real time."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Self

from forerunner.degradation import Point, Schedule
from forerunner.lab import impairment
from forerunner.lab.congestion import Congestion
from forerunner.lab.lab import Lab

UPDATE_S = 0.2
"""Small changes of loss wait so long for each other; big ones and black holes do not wait."""
_BIG_CHANGE = 0.02
# So soon a TERM is heeded.
_HEED_S = 0.1

OnPoint = Callable[[float, float], None]


def play(lab: Lab, link: str, schedule: Schedule, on_point: OnPoint | None = None) -> float:
    """Play a schedule on a link, both ways, and leave the link clean whatever happens.

    Every point is due at its own time after the start: delays never add up.

    Args:
        lab: A lab that is up.
        link: Name of the link.
        schedule: What to play.
        on_point: Called with (seconds since the start, share of loss) at every update.

    Returns:
        The start, in seconds since the epoch; add `schedule.fault_at_s` for the fault.

    Raises:
        UnknownLink: The lab has no such link.
    """
    wire = lab.link(link)
    impairment.clear(lab, link)
    with _Term() as term:
        try:
            with Congestion(lab, wire) as congestion:
                return _play(congestion, schedule, on_point, term)
        finally:
            impairment.clear(lab, link)


class _Term:
    """Notes a TERM that nobody handles, for the stack to unwind and the link to be cleared.

    The handler itself raises nothing: what is raised in the middle of a destructor, which a signal
    meets now and then, is lost.
    """

    def __init__(self) -> None:
        self._asked = self._ours = False

    def __enter__(self) -> Self:
        main = threading.current_thread() is threading.main_thread()
        self._ours = main and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
        if self._ours:
            signal.signal(signal.SIGTERM, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        if self._ours:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)

    def sleep_until(self, moment: float) -> None:
        """Sleep until then, by the monotonic clock.

        Raises:
            SystemExit: A TERM came.
        """
        while not self._asked and (left := moment - time.monotonic()) > 0:
            time.sleep(min(left, _HEED_S))
        if self._asked:
            raise SystemExit(128 + signal.SIGTERM)

    def _note(self, _signal: int, _frame: FrameType | None) -> None:
        self._asked = True


def _play(
    congestion: Congestion, schedule: Schedule, on_point: OnPoint | None, term: _Term
) -> float:
    began_at, began = time.time(), time.monotonic()
    before = Point(0.0, 0.0)
    for point in _updates(schedule):
        term.sleep_until(began + point.time_s)
        _set(congestion, before, point)
        before = point
        if on_point is not None:
            on_point(time.monotonic() - began, 1.0 if point.blackhole else point.loss)
    term.sleep_until(began + schedule.duration_s)
    return began_at


def _updates(schedule: Schedule) -> Iterator[Point]:
    last: Point | None = None
    for point in schedule.points:
        if last is None or _is_due(last, point):
            yield point
            last = point


def _is_due(last: Point, point: Point) -> bool:
    return (
        point.blackhole != last.blackhole
        or point.rate_share != last.rate_share
        or abs(point.loss - last.loss) >= _BIG_CHANGE
        or point.time_s - last.time_s >= UPDATE_S - 1e-9
    )


def _set(congestion: Congestion, before: Point, point: Point) -> None:
    # A congested link loses what its queue cannot hold, and nothing else besides.
    congested = point.rate_share is not None
    loss, was = (0.0 if x.rate_share is not None else x.loss for x in (point, before))
    if (loss, point.blackhole) != (was, before.blackhole):
        meant = impairment.Impairment(loss, point.blackhole)
        impairment.set_drops(congestion.lab, congestion.link, meant)
    if congested:
        congestion.overload(point.loss)
    elif before.rate_share is not None:
        congestion.end()
