"""What to expect of the links: their load, and when they pass their headroom."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from analytics.answers.asked import Asked, seconds
from analytics.answers.calendar import Calendar
from analytics.answers.link import find
from analytics.congestion import Crossing, crossings
from analytics.forecasting import Forecast, LoadForecaster, Series
from analytics.forecasting.series import Values
from forerunner.errors import ForerunnerError

_DAY_S = 86_400
_WEEK_S = 7 * _DAY_S
_READ = ("if_out_octets",)


@dataclass(frozen=True)
class Outlook:
    """A forecast of every direction of some links.

    Attributes:
        names: Of the directions.
        capacities: Of each, in bit/s.
        forecast: Loads in bit/s.
        crossings: When each passes its headroom.
    """

    names: tuple[str, ...]
    capacities: tuple[float, ...]
    forecast: Forecast
    crossings: tuple[Crossing, ...]


def spans(horizon: str, step: str) -> tuple[float, float]:
    """Return the seconds ahead and of one step, as `1d` and `15m`.

    Raises:
        ForerunnerError: One is no span, or more is asked than a week ahead.
    """
    horizon_s, step_s = seconds(horizon, "--horizon"), seconds(step, "--step")
    if horizon_s > _WEEK_S:
        raise ForerunnerError(f"--horizon: {horizon!r} is more than 7d, as far as is forecast")
    if _DAY_S % step_s:
        raise ForerunnerError(f"--step: {step!r} does not divide a day; as 5m, 15m or 1h")
    return horizon_s, step_s


def outlook(asked: Asked, horizon_s: float, step_s: float, headroom: float, name: str = "") -> Any:
    """Return what to expect of the links, worst first, as plain data.

    Args:
        asked: The store, the links, and the span that is learned from.
        horizon_s: Seconds ahead.
        step_s: Seconds of one step; divides a day.
        headroom: Share of a link's capacity, 0 to 1, that is not to be passed.
        name: Of one link; empty for all.

    Raises:
        ForerunnerError: There are no counters of them in the span.
        UnknownName: There is no such link.
    """
    found = _foreseen(asked, horizon_s, step_s, headroom, name)
    rows = [_row(found, at) for at in range(len(found.names))]
    rows.sort(key=lambda row: (-(row["probability"] or 0.0), -(row["peak_share"] or 0.0)))
    return {"horizon_s": horizon_s, "step_s": step_s, "headroom": headroom, "links": rows}


def _foreseen(asked: Asked, horizon_s: float, step_s: float, headroom: float, name: str) -> Outlook:
    links = [find(asked, name)] if name else list(asked.topology.links)
    ways = [(way, each.capacity) for each in links for way in each.directions]
    rows = int(asked.span_s // step_s)
    start = float(np.floor(asked.now / step_s) * step_s - rows * step_s)
    values = np.full((rows, len(ways)), np.nan)
    known = asked.steps(asked.wanted(_READ), start, step_s)
    for at, (way, _) in enumerate(ways):
        for step, value in known.get((way.host, way.interface, "if_out_bit_s"), {}).items():
            if 0 <= step < rows:
                values[step, at] = value
    if not np.isfinite(values).any():
        raise ForerunnerError(f"no counters of {name or 'the links'} in the span; is it watched?")
    capacities = tuple(capacity for _, capacity in ways)
    steps, limits = max(1, int(horizon_s // step_s)), [headroom * each for each in capacities]
    history = Series(values, start, step_s, holidays=asked.calendar.holidays)
    forecast, passed = _by_the_clock(history, steps, limits, asked.calendar)
    return Outlook(tuple(way.name for way, _ in ways), capacities, forecast, passed)


def _by_the_clock(
    history: Series, steps: int, limits: Sequence[float], calendar: Calendar
) -> tuple[Forecast, tuple[Crossing, ...]]:
    """Return the forecast of a history and its crossings, learned by the clock of its place.

    Laid out by that clock a day is always as long: where clocks go forward the value before stands
    for the hour that is left out, and where they go back the second of two hours counts.
    """
    rows, step_s = len(history.values), history.step_s
    times = history.start + np.arange(rows + steps) * step_s
    clock = calendar.wall(np.asarray(times, np.float64))
    place = np.rint((clock - clock[0]) / step_s).astype(np.int64)
    source = np.zeros(place[:rows].max() + 1, np.int64)
    source[place[:rows]] = np.arange(rows)
    laid = history.values[np.maximum.accumulate(source)]
    ahead = np.maximum(place[rows:] - len(laid), 0)
    forecaster = LoadForecaster().fit(replace(history, values=laid, start=float(clock[0])))
    said = forecaster.predict(int(ahead.max()) + 1)
    passed = tuple(
        replace(each, at=calendar.utc(each.at), earliest=calendar.utc(each.earliest))
        for each in crossings(said, forecaster.errors_, limits)
    )
    low, high = ({x: y[ahead] for x, y in each.items()} for each in (said.low, said.high))
    start = history.start + rows * step_s
    return replace(said, start=start, expected=said.expected[ahead], low=low, high=high), passed


def _row(found: Outlook, at: int) -> dict[str, Any]:
    forecast = found.forecast
    expected = forecast.expected[:, at]
    peak = None if np.isnan(expected).all() else int(np.nanargmax(expected))
    high = {f"high{share * 100:.0f}": forecast.high[share] for share in forecast.high}
    ends = {
        f"{end}{share * 100:.0f}_bit_s": values[:, at]
        for end, by_share in (("low", forecast.low), ("high", forecast.high))
        for share, values in by_share.items()
    }
    return {
        "name": found.names[at],
        "capacity_bit_s": found.capacities[at],
        "model": forecast.models[at],
        "note": forecast.notes[at],
        "expected_bit_s": _numbers(expected),
        **{name: _numbers(values) for name, values in ends.items()},
        "peak_share": None if peak is None else _number(expected[peak] / found.capacities[at]),
        "peak_at": None if peak is None else _time(forecast.start + peak * forecast.step_s),
        **{x: None if peak is None else _number(y[peak, at]) for x, y in high.items()},
        **_passing(found.crossings[at]),
    }


def _passing(crossing: Crossing) -> dict[str, Any]:
    return {
        "probability": _number(crossing.probability),
        "probability_low95": _number(crossing.interval[0]),
        "probability_high95": _number(crossing.interval[1]),
        "passes_at": _time(crossing.at),
        "passes_earliest": _time(crossing.earliest),
    }


def _numbers(values: Values) -> list[float | None]:
    return [_number(each) for each in values]


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _time(value: float | None) -> str | None:
    return None if value is None else datetime.fromtimestamp(value, UTC).isoformat()
