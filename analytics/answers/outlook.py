"""What to expect of the links: their load, and when they pass their headroom."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from analytics.answers.asked import Asked
from analytics.answers.link import find
from analytics.congestion import Crossing, crossings
from analytics.forecasting import Forecast, LoadForecaster, Series
from forerunner.errors import ForerunnerError

CELLS = 30
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
    start = np.floor(asked.now / step_s) * step_s - rows * step_s
    values = np.full((rows, len(ways)), np.nan)
    known = asked.steps(asked.wanted(_READ), float(start), step_s)
    for at, (way, _) in enumerate(ways):
        for step, value in known.get((way.host, way.interface, "if_out_bit_s"), {}).items():
            if 0 <= step < rows:
                values[step, at] = value
    if not np.isfinite(values).any():
        raise ForerunnerError(f"no counters of {name or 'the links'} in the span; is it watched?")
    forecaster = LoadForecaster().fit(Series(values, float(start), step_s))
    forecast = forecaster.predict(max(1, int(horizon_s // step_s)))
    capacities = tuple(capacity for _, capacity in ways)
    limits = [headroom * each for each in capacities]
    passed = tuple(crossings(forecast, forecaster.errors_, limits))
    return Outlook(tuple(way.name for way, _ in ways), capacities, forecast, passed)


def _row(found: Outlook, at: int) -> dict[str, Any]:
    forecast, passes = found.forecast, found.crossings[at]
    expected = forecast.expected[:, at]
    peak = None if np.isnan(expected).all() else int(np.nanargmax(expected))
    high = {f"high{share * 100:.0f}": forecast.high[share] for share in forecast.high}
    return {
        "name": found.names[at],
        "capacity_bit_s": found.capacities[at],
        "model": forecast.models[at],
        "note": forecast.notes[at],
        "expected_bit_s": [_number(each) for each in _thinned(expected)],
        "peak_share": None if peak is None else _number(expected[peak] / found.capacities[at]),
        "peak_at": None if peak is None else _time(forecast.start + peak * forecast.step_s),
        **{x: None if peak is None else _number(y[peak, at]) for x, y in high.items()},
        "probability": _number(passes.probability),
        "passes_at": _time(passes.at),
        "passes_earliest": _time(passes.earliest),
    }


def _thinned(values: Any) -> list[float]:
    """Return as many means as a sparkline has cells."""
    with np.errstate(invalid="ignore"):
        parts = np.array_split(values, min(CELLS, len(values)))
        return [float(np.nanmean(each)) if np.isfinite(each).any() else np.nan for each in parts]


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _time(value: float | None) -> str | None:
    return None if value is None else datetime.fromtimestamp(value, UTC).isoformat()
