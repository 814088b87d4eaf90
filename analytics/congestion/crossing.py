"""When a load passes a limit, by the forecast and by how earlier forecasts went wrong."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analytics.forecasting import Forecast
from analytics.forecasting.intervals import Errors, scales
from analytics.forecasting.series import Values
from analytics.proportion import interval

# Of one series alone, as many days as are looked back.
_LEAST = 7
_MOST_SERIES = 200


@dataclass(frozen=True)
class Crossing:
    """Whether and when one series passes its limit.

    Attributes:
        probability: That it does within the steps, 0 to 1; NaN where too little is known.
        interval: 95%, of the probability; NaN where that is.
        at: Time by which it has, if it does, in the median, as seconds since the epoch; else None.
        earliest: Time before which only one course in ten that passes has passed; else None.
        peak: The highest expected load, in the series' unit.
        limit: The limit, in the same unit.
        courses: How many courses of errors it stands on.
    """

    probability: float
    interval: tuple[float, float]
    at: float | None
    earliest: float | None
    peak: float
    limit: float
    courses: int


def crossings(forecast: Forecast, errors: Errors, limits: Sequence[float]) -> list[Crossing]:
    """Return when each series of a forecast passes its limit.

    The forecast is laid under whole courses of errors of earlier forecasts, each series' scaled to
    the one that is asked about, so that errors which last, last here too. What share of the courses
    passes the limit is the probability; no distribution is assumed. The errors of one forecast come
    together, in all series, so that the interval of the probability is that of as many observations
    as there are forecasts.

    Args:
        forecast: What is expected; only steps that the errors' forecasts had are looked at.
        errors: How far earlier forecasts of as many steps were off, the same series.
        limits: Of each series, in its unit.
    """
    scale = scales(errors.size, np.ones(len(errors.signed)))
    steps = len(forecast.expected)
    begins = _begins(errors, steps)
    moving = np.flatnonzero(scale > 0)
    courses = _courses(errors.signed[:, moving] / scale[moving], begins, steps)
    # A series that was never off learns nothing from others: it goes as is expected.
    still = np.zeros((len(begins), steps))
    own = (still if each == 0 else courses * each for each in scale)
    pairs = enumerate(zip(limits, own, strict=True))
    return [_crossing(forecast, at, *pair, len(begins)) for at, pair in pairs]


def _crossing(
    forecast: Forecast, at: int, limit: float, courses: Values, forecasts: int
) -> Crossing:
    expected = forecast.expected[:, at]
    peak = float(np.nanmax(expected, initial=-np.inf))
    if len(courses) < _LEAST or not np.isfinite(courses).all() or np.isnan(expected).any():
        return Crossing(math.nan, (math.nan, math.nan), None, None, peak, limit, len(courses))
    passed = expected[: courses.shape[1]] + courses > limit
    first = np.argmax(passed, axis=1)[passed.any(axis=1)]
    times = forecast.start + first * forecast.step_s
    middle, early = (
        (float(np.median(times)), float(np.quantile(times, 0.1))) if len(first) else (None, None)
    )
    share = len(first) / len(courses)
    bounds = interval(share * forecasts, forecasts)
    return Crossing(share, bounds, middle, early, peak, limit, len(courses))


def _begins(errors: Errors, steps: int) -> list[int]:
    """Return where the courses begin that go on to the last step."""
    ends = [*errors.begins[1:], len(errors.signed)]
    # Without a forecast there is no beginning, and the only end goes with none.
    return [x for x, end in zip(errors.begins, ends, strict=False) if end - x >= steps]


def _courses(scaled: Values, begins: Sequence[int], steps: int) -> Values:
    """Return the courses of all series, each error in units of its series' scale, one a row."""
    found = [scaled[begin : begin + steps].T[:_MOST_SERIES] for begin in begins]
    some = np.concatenate([np.empty((0, steps)), *found])
    return np.asarray(some[np.isfinite(some).all(axis=1)])
