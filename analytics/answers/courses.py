"""How unusual load and round-trip time of each link's directions are, read step by step."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from analytics.anomaly import AnomalyEvent, CourseAnomalies
from analytics.anomaly.courses import Moment
from analytics.answers.asked import Asked
from forerunner.store import PERIODS, Rolled

DAY_S = 86400.0
LEARNED_S = 4 * DAY_S
"""How far back is looked for what is usual."""
MOST = 100
"""How many series are looked at."""
_STEPS_S = (10.0, 30.0, 60.0, 300.0, 600.0, 1800.0, 3600.0, 14400.0)
_VALUES = 1500
QUIET_STEPS = 12
"""After so many steps without anything unusual an event is over."""
_READ = ("if_out_octets", "probe_rtt_s")
_SHOWN = {"if_out_bit_s": "load", "probe_rtt_s": "rtt"}
Series = tuple[str, str, str]
"""Host, interface and metric."""


@dataclass(frozen=True)
class Courses:
    """What was unusual in the courses of series.

    Attributes:
        events: Those that touch the span that was asked for, in the order in which they began.
        step_s: Seconds of the steps that series were read in.
        series: How many were looked at.
        left_out: How many were not.
        seasonal: Whether the day was known as their season.
        newest: When the newest step with a value began, seconds since the epoch; 0 for none.
    """

    events: Sequence[AnomalyEvent]
    step_s: float
    series: int
    left_out: int
    seasonal: bool
    newest: float


def courses(asked: Asked, threshold: float) -> Courses:
    """Return what was unusual in the span, each moment by what came before it alone.

    Args:
        asked: What it is computed from.
        threshold: Decades from which a series is unusual.
    """
    begin = asked.now - max(asked.span_s, LEARNED_S)
    rolled = _rolled(asked, begin)
    known = _known(asked, begin, rolled)
    begin = min(known.values(), default=asked.now)
    step_s = next((x for x in _STEPS_S if (asked.now - begin) / x <= _VALUES), _STEPS_S[-1])
    seasonal = asked.now - begin >= 2 * DAY_S
    found = CourseAnomalies(
        asked.topology.beside,
        threshold,
        round(DAY_S / step_s) if seasonal else 0,
        QUIET_STEPS * step_s,
    )
    chosen = sorted(known)[:MOST]
    moments = list(_moments(asked, begin // step_s * step_s, step_s, rolled, chosen))
    newest = max((time for time, values in moments if values), default=0.0)
    events = [event for moment in moments for event in found.update(*moment)]
    touching = [x for x in events if not x.absorbed and x.latest + step_s >= asked.since]
    return Courses(touching, step_s, len(chosen), len(known) - len(chosen), seasonal, newest)


def _rolled(asked: Asked, begin: float) -> list[Rolled]:
    """Return the store's minutes, or of a long span its hours."""
    if asked.rolled is None:
        return []
    period = "hour" if (asked.now - begin) / _VALUES >= PERIODS["hour"] else "minute"
    return asked.rolled.read(period, replace(asked.wanted(tuple(_SHOWN)), since=begin))


def _known(asked: Asked, begin: float, rolled: Sequence[Rolled]) -> dict[Series, float]:
    """Return since when something is known of each series of a link's direction."""
    rates = dict(zip(_READ, _SHOWN, strict=True))
    wanted = replace(asked.wanted(_READ), since=_end(rolled, begin))
    query = "SELECT host, interface, metric, min(time) FROM {table} WHERE {where} GROUP BY ALL"
    first = {(x[0], x[1], rates[x[2]]): x[3] for x in asked.store.ask(query, wanted)}
    for each in reversed(rolled):
        first[each.host, each.interface, each.metric] = each.time
    ways = {(way.host, way.interface) for x in asked.topology.links for way in x.directions}
    return {at: time for at, time in first.items() if at[:2] in ways}


def _end(rolled: Sequence[Rolled], begin: float) -> float:
    """Return where the newest of them begins: it may not have been over."""
    return max((each.time for each in rolled), default=begin)


def _moments(
    asked: Asked, start: float, step_s: float, rolled: Sequence[Rolled], known: Iterable[Series]
) -> Iterator[Moment]:
    """Yield all steps but the last one, which is not over."""
    usable = rolled if step_s >= PERIODS["minute"] else []
    values = _means(usable, start, step_s)
    # Where there are minutes they do: a link is probed ten times a second.
    since = max(start, _end(usable, start) // step_s * step_s)
    for at, steps in asked.steps(replace(asked.wanted(_READ), since=since), start, step_s).items():
        values.setdefault(at, {}).update(steps)
    names = [(values.get(at, {}), (at[0], f"{_SHOWN[at[2]]} {at[1]}")) for at in known]
    for step in range(int((asked.now - start) // step_s)):
        yield start + step * step_s, {name: x[step] for x, name in names if step in x}


def _means(rolled: Iterable[Rolled], start: float, step_s: float) -> dict[Series, dict[int, float]]:
    parts: dict[Series, dict[int, list[float]]] = {}
    for each in rolled:
        steps = parts.setdefault((each.host, each.interface, each.metric), {})
        steps.setdefault(int((each.time - start) // step_s), []).append(each.mean)
    return {
        at: {step: sum(some) / len(some) for step, some in steps.items()}
        for at, steps in parts.items()
    }
