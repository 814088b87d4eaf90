"""How long forecasts of thousands of series take, beside the library for many series.

The protocol stands in docs/predictions/forecasting.md. Rows for `forerunner.bench.predict`.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console

from analytics.forecasting import LoadForecaster, Series
from analytics.forecasting.profile import DayProfile
from analytics.forecasting.series import DAY_S, Values
from forerunner.bench.predict import forecast_peers as peers
from forerunner.bench.predict.forecast import QUARTER_S, Split, long_enough, mase
from forerunner.bench.rows import Extent, Row, median

_MANY, _ROUNDS = {"full": 10_000, "short": 200}, {"full": 3, "short": 1}
# Seven days for the first of seven windows of a day, and the day that is forecast.
_WINDOWS, _DAYS = 7, 15

_Forecast = Callable[[Series, int], Values]


@dataclass(frozen=True)
class _Question:
    """What is timed: a row, what both do for it, and its goal."""

    row: str
    what: str
    ours: _Forecast
    windows: int
    goal: str | None


def _whole(history: Series, steps: int) -> Values:
    return LoadForecaster(days=_WINDOWS).fit(history).predict(steps).expected


def _points(history: Series, steps: int) -> Values:
    return DayProfile().fit(history).predict(steps)


_QUESTIONS = (
    _Question("forecast_10k_series_vs_statsforecast",
              f"80% and 95% intervals from {_WINDOWS} earlier days", _whole, _WINDOWS, "<= 1"),
    _Question("forecast_10k_points_vs_statsforecast", "no intervals", _points, 0, None),
)  # fmt: skip


def many(data: Path, extent: Extent, console: Console) -> list[Row]:
    """Return the rows of the time for thousands of series in one call, a day ahead."""
    split = many_series(next(iter(long_enough(data, 8, QUARTER_S))), _MANY[extent])
    # What is loaded at the first call is no part of it, as with the peer.
    few = split.history.of(np.arange(10))
    for question in _QUESTIONS:
        question.ours(few, len(split.came))
    rows = [_row(question, split, extent) for question in _QUESTIONS]
    for row in rows:
        console.print(row.what)
    return rows


def _row(question: _Question, split: Split, extent: Extent) -> Row:
    steps, day, history = len(split.came), split.history.day, split.history
    seconds, theirs, given = [], [], ([history.values], steps, day)
    for _ in range(_ROUNDS[extent]):
        begun = time.perf_counter()
        said = question.ours(history, steps)
        seconds.append(time.perf_counter() - begun)
        if extent == "full":
            asked = peers.ask("statsforecast", *given, model="window", windows=question.windows)
            theirs.append(asked)
    mine, what = float(np.median(seconds)), f"{split.came.shape[1]} series, a day ahead"
    if not theirs:
        what += f": {mine:.2f} s; the peer is asked in the full form"
        return Row(question.row, what, None, goal=question.goal)
    ours, other = (float(mase([split], [x]).mean()) for x in (said, theirs[0].forecasts[0]))
    ratios = [one / x.seconds for one, x in zip(seconds, theirs, strict=True)]
    peer = float(np.median([each.seconds for each in theirs]))
    what += f", {question.what}; MASE {ours:.3f} against {other:.3f} of SeasonalWindowAverage; "
    what += f"{mine:.2f} s against {peer:.2f} s, median of {len(ratios)} runs in turn; "
    what += f"ratio {min(ratios):.2f} to {max(ratios):.2f}"
    ratio = median(ratios) if ours <= other else None
    return Row(question.row, what, ratio, "", question.goal,
               "statsforecast", peer, ratio, len(ratios))  # fmt: skip


def many_series(loads: Series, count: int) -> Split:
    """Return as many series as asked for: the links again and again, each a bit otherwise.

    Where the loads are shorter, what lies before them is as it was a week (or whole weeks) later;
    the day that is forecast is in no history.
    """
    random, day = np.random.default_rng(1), loads.day
    days = len(loads.values) // day
    wanted = np.arange(days - _DAYS, days)
    later = np.where(wanted < 0, wanted + 7 * -(wanted // 7), wanted)
    values = loads.values[: days * day].reshape(days, day, -1)[later].reshape(_DAYS * day, -1)
    picked = random.integers(values.shape[1], size=count)
    values = values[:, picked] * random.lognormal(0.0, 0.05, (len(values), count))
    start = loads.start + (days - _DAYS) * DAY_S
    return Split(Series(values[:-day], start, loads.step_s), values[-day:])
