"""How good forecasts are, beside a simple baseline and the strongest libraries.

The protocol stands in docs/predictions/forecasting.md. Rows for `forerunner.bench.predict`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from analytics.forecasting import Forecast, LoadForecaster, NearTerm, Series
from analytics.forecasting.intervals import SHARES
from analytics.forecasting.series import DAY_S, Values
from forerunner.bench.predict import forecast_figures as figures
from forerunner.bench.predict import forecast_peers as peers
from forerunner.bench.predict.cells import Cell, cells
from forerunner.bench.predict.traffic_matrices import Matrices, matrices
from forerunner.bench.rows import Extent, Row
from forerunner.errors import InvalidData

QUARTER_S = 900
_FIVE_S = 300
_ORIGINS, _HOUR_DAYS, _HOUR_STEPS, _REFIT = 6, 4, 12, 6
_DRAWS = 1000
_NETWORK = "abilene"


@dataclass(frozen=True)
class Split:
    """One question: what is known, and what came."""

    history: Series
    came: Values

    @property
    def scale(self) -> Values:
        """Return of each series by how much a day differs from the one before, on average."""
        values, day = self.history.values, self.history.day
        return np.asarray(np.nanmean(np.abs(values[day:] - values[:-day]), axis=0))


def day(data: Path, extent: Extent, console: Console) -> list[Row]:
    """Return the rows of the day-ahead forecast of link loads."""
    splits = [each for one in long_enough(data, 8, QUARTER_S) for each in _day_splits(one, extent)]
    forecasts = [LoadForecaster().fit(x.history).predict(len(x.came)) for x in splits]
    ours = mase(splits, [each.expected for each in forecasts])
    simple = mase(splits, [_half_and_half(x.history, len(x.came)) for x in splits])
    others = {"half day + half week": float(simple.mean())}
    if extent == "full":
        others |= _asked(splits, {"lightgbm": ("lightgbm", ""), "mstl": ("statsforecast", "mstl")})
    low, high = figures.both_drawn(_by_split(splits, ours))
    best, value = min(others, key=lambda name: others[name]), float(ours.mean())
    said = ", ".join(f"{name} {value:.3f}" for name, value in others.items())
    links = ", ".join(str(each) for each in sorted({x.came.shape[1] for x in splits}))
    what = f"{len(splits)} days of {links} links; 95% {low:.3f} to {high:.3f}; {said}"
    console.print(what)
    ratio = value / others[best]
    first = Row(
        "abilene_day_mase", what, value, "", "<= 0.82", best, others[best], ratio, ours.size
    )
    return [first, *_covers(splits, forecasts)]


def _covers(splits: Sequence[Split], forecasts: Sequence[Forecast]) -> Iterator[Row]:
    for share, goal in zip(SHARES, ("77..83", "93..97"), strict=True):
        inside, series = [], []
        for x, y in zip(splits, forecasts, strict=True):
            inside.append(figures.inside(x.came, y.low[share], y.high[share]))
            series.append(figures.held(x.came, y.low[share], y.high[share]))
        by_origin = ", ".join(f"{100 * each:.0f}" for each in inside)
        low, high = (100 * each for each in figures.both_drawn(series))
        what = f"values within the interval; 95% {low:.1f} to {high:.1f}; by origin {by_origin}"
        count = sum(int(np.isfinite(each.came).sum()) for each in splits)
        name, value = f"abilene_day_cover{share * 100:.0f}", 100 * float(np.mean(inside))
        yield Row(name, what, value, "%", goal, n=count)


def hour(data: Path, extent: Extent, console: Console) -> list[Row]:
    """Return the rows of the forecast of the next hour, by five minutes, on the last days."""
    ours, level, last, came, learner = [], [], [], [], []
    for one in long_enough(data, 7, _FIVE_S):
        learner += _learner_hours(one) if extent == "full" else []
        for split, said in _hours(one, extent):
            ours.append(said)
            last.append(np.repeat(_last(split.history)[None], _HOUR_STEPS, axis=0))
            level.append(np.repeat(_level(split.history)[None], _HOUR_STEPS, axis=0))
            came.append(split.came)
    others = {"EWMA": level, "last": last} | ({"lightgbm": learner} if learner else {})
    both = {x: figures.wape_smape(y, came) for x, y in {"": ours, **others}.items()}
    for name, (wape, smape) in both.items():
        console.print(f"{name or 'ours'}: WAPE {wape:.2f}, sMAPE {smape:.2f}")
    peer = ", ".join(f"{x} {y:.2f}/{z:.2f}" for x, (y, z) in both.items() if x)
    what = f"{len(came)} hours of the last days, 12 steps each; WAPE/sMAPE of {peer}"
    what += "; lightgbm learned once a day, a model a step" * bool(learner)
    lows, highs = _hours_drawn(ours, came)
    return [
        Row(f"abilene_hour_{name}", f"{what}; 95% {lows[at]:.2f} to {highs[at]:.2f}",
            both[""][at], "%", goal, best, both[best][at],
            both[""][at] / both[best][at], len(came))
        for at, (name, goal) in enumerate((("wape", "<= 6.5"), ("smape", "<= 10")))
        for best in [_best(both, at)]
    ]  # fmt: skip


def _best(both: dict[str, tuple[float, float]], at: int) -> str:
    """Return whose figure is least, of all but ours."""
    return min(filter(None, both), key=lambda name: both[name][at])


def _hours_drawn(said: Sequence[Values], came: Sequence[Values]) -> Values:
    """Return low and high of both figures' 95% intervals, hours drawn anew."""
    random, count = np.random.default_rng(1), len(came)
    found = []
    for _ in range(_DRAWS):
        drawn = random.integers(count, size=count)
        found.append(figures.wape_smape([said[at] for at in drawn], [came[at] for at in drawn]))
    return np.asarray(np.quantile(found, [0.025, 0.975], axis=0))


def week(data: Path, extent: Extent, console: Console) -> list[Row]:
    """Return the row of the forecast of a week of a cell's demand."""
    errors: dict[str, list[Values]] = {}
    for cell in cells(data):
        for name, said in _week_said(cell, extent):
            errors.setdefault(name, []).append(_by_day(cell, said))
    means = {name: float(np.concatenate(each).mean()) for name, each in errors.items()}
    value, count = means.pop("ours"), len(errors["ours"])
    low, high = figures.interval(np.concatenate(errors["ours"]))
    others = ", ".join(f"{name} {mean:.3f}" for name, mean in means.items())
    what = f"{count} cells, the week after; 95% {low:.3f} to {high:.3f}, days drawn anew; {others}"
    console.print(what)
    name = next(reversed(means))
    ratio = value / means[name]
    return [Row("lte_week_mase", what, value, "", "<= 1.15", name, means[name], ratio, count)]


def _week_said(cell: Cell, extent: Extent) -> Iterator[tuple[str, Values]]:
    """Yield what each says of a cell's week, the strongest last."""
    steps, hours = len(cell.test), cell.history.values
    yield "ours", LoadForecaster().fit(cell.history).predict(steps).expected[:, 0]
    yield "last week again", hours[-7 * cell.history.day :, 0][:steps]
    if extent == "full":
        asked = peers.ask("lightgbm", [hours], steps, cell.history.day)
        yield "lightgbm", asked.forecasts[0][:, 0]


def _by_day(cell: Cell, said: Values) -> Values:
    """Return the mean error of each day, scaled by how much a week differs from the one before."""
    hours, day = cell.history.values[:, 0], cell.history.day
    scale = np.nanmean(np.abs(hours[7 * day :] - hours[: -7 * day]))
    off = figures.off(said, cell.test)
    days = [off[begin : begin + day] for begin in range(0, len(off), day)]
    # A day of which nothing was measured says nothing.
    means = np.array([np.nanmean(each) for each in days if np.isfinite(each).any()])
    return np.asarray(means / scale)


def long_enough(data: Path, days: int, step_s: float) -> list[Series]:
    """Return the loads of Abilene; of the other networks with as many days where it has not.

    Raises:
        InvalidData: None has.
    """
    found = [each for each in matrices(data) if _reaches(each, days, step_s)]
    if not found:
        raise InvalidData(str(data), "sndlib_*", f"none has {days} days by {step_s:.0f} s")
    named = [each for each in found if each.name == _NETWORK] or found
    return [each.every(step_s) for each in named]


def _reaches(each: Matrices, days: int, step_s: float) -> bool:
    length_s = len(each.loads.values) * each.loads.step_s
    return length_s >= days * DAY_S and each.loads.step_s <= step_s


def _day_splits(loads: Series, extent: Extent) -> list[Split]:
    count = _ORIGINS if extent == "full" else 2
    origins = np.linspace(7 * loads.day, len(loads.values) - loads.day, count).astype(int)
    # With eight days there is but one.
    origins = np.unique(origins)
    return [Split(loads.before(at), loads.values[at : at + loads.day]) for at in origins]


def _hours(loads: Series, extent: Extent) -> list[tuple[Split, Values]]:
    """Return the hours of the last days with our forecast; learned anew every six hours."""
    origins = _hour_origins(loads)
    found = []
    near = NearTerm(steps=_HOUR_STEPS)
    for number, at in enumerate(origins if extent == "full" else origins[:4]):
        history = loads.before(at)
        near = near.go_on(history) if number % _REFIT else NearTerm(_HOUR_STEPS).fit(history)
        split = Split(history, loads.values[at : at + _HOUR_STEPS])
        found.append((split, near.predict(_HOUR_STEPS)))
    return found


def _hour_origins(loads: Series) -> range:
    rows = len(loads.values)
    return range(rows - _HOUR_DAYS * loads.day, rows - _HOUR_STEPS + 1, _HOUR_STEPS)


def _learner_hours(loads: Series) -> list[Values]:
    """Return what LightGBM says of the same hours, learned anew once a day."""
    origins = _hour_origins(loads)
    refit = loads.day // _HOUR_STEPS
    asked = peers.ask(
        "lightgbm", [loads.values], _HOUR_STEPS, loads.day, origins=list(origins), refit=refit
    )
    return np.split(asked.forecasts[0], len(origins))


def _half_and_half(history: Series, steps: int) -> Values:
    values, one = history.values, history.day
    return np.asarray((values[-one:][:steps] + values[-7 * one :][:steps]) / 2)


def _level(history: Series) -> Values:
    found = np.full(history.values.shape[1], np.nan)
    for row in history.values[-288:]:
        moved = np.where(np.isfinite(found), 0.3 * row + 0.7 * found, row)
        found = np.where(np.isfinite(row), moved, found)
    return found


def _last(history: Series) -> Values:
    """Return the last value of each series that is known within a day."""
    found = np.full(history.values.shape[1], np.nan)
    for row in history.values[-history.day :]:
        found = np.where(np.isfinite(row), row, found)
    return found


def _asked(splits: Sequence[Split], wanted: dict[str, tuple[str, str]]) -> dict[str, float]:
    histories, steps = [each.history.values for each in splits], len(splits[0].came)
    day_rows = splits[0].history.day
    found = {}
    for name, (script, model) in wanted.items():
        said = peers.ask(script, histories, steps, day_rows, model=model).forecasts
        found[name] = float(mase(splits, said).mean())
    return found


def mase(splits: Sequence[Split], said: Sequence[Values]) -> NDArray[np.float64]:
    """Return the scaled error of each question and series, one after the other."""
    errors = [
        np.nanmean(figures.off(each, x.came), axis=0) / x.scale
        for x, each in zip(splits, said, strict=True)
    ]
    return np.concatenate(errors)


def _by_split(splits: Sequence[Split], errors: NDArray[np.float64]) -> list[Values]:
    return np.split(errors, np.cumsum([each.came.shape[1] for each in splits])[:-1])
