"""Forecasts go by days alike, say which method spoke, and are off as far as they say."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from analytics.forecasting import DayProfile, LoadForecaster, NearTerm, Series
from analytics.forecasting.forecaster import LAST, NEAR, PROFILE
from analytics.forecasting.shift import restarted
from forerunner.errors import InvalidData
from tests.unit.analytics.cases.forecasting import week


def error(said: np.ndarray, came: np.ndarray) -> float:
    return float(np.nanmean(np.abs(said - came) / came))


def split(series: Series, days: int) -> tuple[Series, np.ndarray]:
    rows = len(series.values) - days * series.day
    return series.before(rows), series.values[rows:]


def test_a_day_is_forecast_by_days_that_are_like_it() -> None:
    # Day 15 is a Monday, after a weekend.
    history, came = split(week(15), 1)
    yesterday = history.values[-history.day :]
    assert error(DayProfile().fit(history).predict(48), came) < 0.15
    assert error(yesterday, came) > 0.3


def test_a_holiday_is_as_a_weekend() -> None:
    series = week(15)
    values = series.values.copy()
    values[-series.day :] *= 0.6
    history, came = split(replace(series, values=values), 1)
    told = replace(history, holidays=frozenset({date(1970, 1, 19)}))
    assert error(DayProfile().fit(told).predict(48), came) < 0.15
    assert error(DayProfile().fit(history).predict(48), came) > 0.3


def test_holes_are_passed_over() -> None:
    history, came = split(week(15), 1)
    holed = history.values.copy()
    holed[-100:-60] = np.nan
    holed[::7, 1] = np.nan
    said = DayProfile().fit(replace(history, values=holed)).predict(4)
    assert error(said, came[:4]) < 0.3
    # A Monday begins, which the last minutes do not know of, with holes or without.
    said = NearTerm(steps=4).fit(replace(history, values=holed)).predict(4)
    assert error(said, NearTerm(steps=4).fit(history).predict(4)) < 0.05


def test_a_level_that_has_shifted_is_followed_part_of_the_way() -> None:
    series = week(15)
    values = series.values.copy()
    values[-2 * series.day :] *= 2
    history, came = split(replace(series, values=values), 1)
    followed = error(DayProfile().fit(history).predict(48), came)
    assert followed < error(DayProfile(level=0.0, last_day=0.0).fit(history).predict(48), came)


@pytest.mark.parametrize("factor", [2.0, 0.5])
@pytest.mark.parametrize("days", [1, 2, 9])
def test_a_level_that_has_stayed_for_a_day_is_where_it_goes_on_from(
    days: int, factor: float
) -> None:
    series = week(25)
    values = series.values.copy()
    values[-(days + 1) * series.day :, 0] *= factor
    history, came = split(replace(series, values=values), 1)
    said = LoadForecaster().fit(history).predict(48)
    assert error(said.expected[:, 0], came[:, 0]) < 0.1
    inside = (came >= said.low[0.8]) & (came <= said.high[0.8])
    assert inside[:, 0].mean() > 0.6
    assert ["shifted" in note for note in said.notes] == [True, False, False]


@pytest.mark.parametrize(("first", "factor"), [(-24, 2.0), (-48, 1.2)])
def test_what_was_for_less_than_a_day_or_is_little_is_no_shift(first: int, factor: float) -> None:
    history = week(25)
    values = history.values.copy()
    values[first:] *= factor
    assert not restarted(replace(history, values=values))[1].any()


@pytest.mark.parametrize("days", [6, 7, 8, 13, 20])
def test_a_weekend_is_no_shift(days: int) -> None:
    assert not restarted(week(days))[1].any()


def test_the_next_hours_go_by_the_last_ones() -> None:
    series = week(15)
    random = np.random.default_rng(5)
    # A slow wave that no day repeats.
    wave = np.exp(np.cumsum(random.normal(0.0, 0.05, len(series.values))))[:, None]
    history, came = split(replace(series, values=series.values * wave), 1)
    near = NearTerm(steps=4).fit(history).predict(4)
    assert error(near, came[:4]) < error(DayProfile(level=0.0).fit(history).predict(4), came[:4])


@pytest.mark.parametrize(("rows", "steps", "least"), [(0, 4, 96), (95, 4, 96), (96, 47, 97)])
def test_a_history_that_is_too_short_to_learn_from_is_refused_with_how_long_it_must_be(
    rows: int, steps: int, least: int
) -> None:
    with pytest.raises(InvalidData, match=f"values: are {rows} rows.*at least {least}"):
        NearTerm(steps=steps).fit(week().before(rows))
    assert np.isfinite(NearTerm(steps=steps).fit(week().before(least)).predict(steps)).all()


def test_more_steps_than_a_day_are_refused() -> None:
    with pytest.raises(InvalidData, match="step_s: leaves 48 steps a day, fewer than the 49"):
        NearTerm(steps=49).fit(week())


def test_the_intervals_hold_as_much_as_they_say() -> None:
    inside: dict[float, list[float]] = {0.8: [], 0.95: []}
    whole = week(22)
    for day in range(15, 22):
        history, came = split(whole.before(day * whole.day), 1)
        said = LoadForecaster().fit(history).predict(48)
        for share, found in inside.items():
            found.append(float(np.mean((came >= said.low[share]) & (came <= said.high[share]))))
    assert np.mean(inside[0.8]) == pytest.approx(0.8, abs=0.08)
    assert np.mean(inside[0.95]) == pytest.approx(0.95, abs=0.04)


def drifting(days: int) -> Series:
    """Return 20 loads whose level wanders, so that a week ahead is less known than a day."""
    random, rows = np.random.default_rng(3), np.arange(days * 24)
    course = 100 * (1.2 + np.sin(2 * np.pi * rows / 24))[:, None]
    level = np.exp(np.cumsum(random.normal(0.0, 0.03, (len(rows), 20)), axis=0))
    noise = np.exp(random.normal(0.0, 0.03, level.shape))
    return Series(course * level * noise, 345_600.0, 3600.0)


def test_a_week_ahead_the_intervals_grow_and_hold_on_its_last_day_as_on_its_first() -> None:
    whole, inside = drifting(56), []
    for day in range(28, 49, 3):
        said = LoadForecaster().fit(whole.before(day * 24)).predict(7 * 24)
        came = whole.values[day * 24 : (day + 7) * 24]
        held = (came >= said.low[0.8]) & (came <= said.high[0.8])
        inside.append(held.reshape(7, 24, -1).mean(axis=(1, 2)))
        width = said.high[0.8] - said.low[0.8]
    first, *_, last = np.mean(inside, axis=0)
    assert last > 0.7
    assert abs(first - last) < 0.08
    assert (width[-24:] >= width[:24]).mean() > 0.9


def carrying(hours: int) -> tuple[Series, np.ndarray]:
    """Return loads up to some hour of the tenth day, and what came in two hours more."""
    whole, rows = diurnal(11, 3), 9 * 96 + 4 * hours
    mild = replace(whole, values=whole.values + 100)
    return mild.before(rows), mild.values[rows : rows + 8]


@pytest.mark.parametrize("hours", [0, 12])
@pytest.mark.parametrize("out", [slice(-3, -1), slice(-6, -1), slice(-106, -66)])
@pytest.mark.parametrize("value", [0.0, np.nan])
def test_the_next_hours_are_as_well_known_after_an_outage(
    hours: int, out: slice, value: float
) -> None:
    history, came = carrying(hours)
    values = history.values.copy()
    values[out, 0] = value
    said = NearTerm(steps=8).fit(replace(history, values=values)).predict(8)
    assert error(said[:, 0], came[:, 0]) < 0.1


@pytest.mark.parametrize(
    ("value", "out"),
    [
        (0.0, [slice(-5, None)]),
        (np.nan, [slice(-5, None)]),
        (np.nan, [slice(-106, -66), slice(-7 * 96 - 10, -7 * 96 + 30)]),
    ],
)
def test_where_the_near_term_knows_nothing_earlier_days_speak_and_it_is_said(
    value: float, out: list[slice]
) -> None:
    history, came = carrying(6)
    values = history.values.copy()
    for each in out:
        values[each, 0] = value
    said = LoadForecaster(days=1).fit(replace(history, values=values)).predict(8)
    assert said.models[:2] == (PROFILE, NEAR)
    assert "nothing was carried or measured" in said.notes[0]
    assert error(said.expected[:, 0], came[:, 0]) < 0.2


def test_a_series_that_is_idle_by_night_is_expected_to_be_idle() -> None:
    whole = diurnal(10)
    values = np.where(whole.values > 100, whole.values, 0.0)
    history, came = split(replace(whole, values=values), 1)
    said = NearTerm(steps=4).fit(history).predict(4)
    # What changes between day and night just then is off for a while.
    assert (said[:, (came[:4] == 0).all(axis=0)] < 20).mean() > 0.8


def test_which_method_spoke_is_said() -> None:
    history = week(10)
    values = history.values.copy()
    values[: -history.day, 2] = np.nan
    some = replace(history, values=values)
    assert LoadForecaster().fit(some).predict(48).models == (PROFILE, PROFILE, LAST)
    assert LoadForecaster().fit(some).predict(4).models == (NEAR, NEAR, LAST)
    notes = LoadForecaster().fit(some).predict(48).notes
    assert notes[0] == ""
    assert "less than two days" in notes[2]


def test_a_short_history_has_the_last_hour_and_an_interval() -> None:
    said = LoadForecaster().fit(week(1)).predict(48)
    assert said.models == (LAST,) * 3
    assert np.isfinite(said.expected).all()
    assert (said.high[0.8] > said.low[0.8]).all()


def diurnal(days: int, count: int = 20) -> Series:
    """Return loads that swing from 10 to 190 each day, of every phase."""
    random, rows = np.random.default_rng(7), np.arange(days * 96)
    phases = np.linspace(0, 2 * np.pi, count, endpoint=False)
    course = 100 + 90 * np.sin(2 * np.pi * rows[:, None] / 96 + phases)
    return Series(course * random.lognormal(0.0, 0.02, course.shape), 345_600.0, 900.0)


@pytest.mark.parametrize("phase", range(0, 20, 4))
def test_a_short_series_has_the_interval_of_the_method_that_speaks_of_it(phase: int) -> None:
    history, came = split(diurnal(15), 1)
    values = history.values.copy()
    values[: -int(1.9 * 96), phase] = np.nan
    forecaster = LoadForecaster().fit(replace(history, values=values))
    said = forecaster.predict(96)
    inside = (came >= said.low[0.8]) & (came <= said.high[0.8])
    assert said.models[phase] == LAST
    assert inside[:, phase].mean() > 0.7
    assert np.isnan(forecaster.errors_.signed[:, phase]).all()
    whole = LoadForecaster().fit(history).predict(96)
    others = np.delete(np.arange(20), phase)
    assert said.high[0.8][:, others] == pytest.approx(whole.high[0.8][:, others], rel=0.1)


def test_a_series_of_which_one_value_is_known_has_no_interval() -> None:
    one = replace(week(3), values=week(3).values[:1])
    assert np.isnan(LoadForecaster().fit(one).predict(4).high[0.8]).all()


def test_a_series_that_was_never_off_has_an_interval_of_nothing() -> None:
    history = week(10)
    values = history.values.copy()
    values[:, 1] = 7.0
    said = LoadForecaster().fit(replace(history, values=values)).predict(48)
    assert said.low[0.95][:, 1] == pytest.approx(7.0)
    assert said.high[0.95][:, 1] == pytest.approx(7.0)


def test_a_weekend_that_none_came_before_is_said_to_be_one() -> None:
    # Five working days are known, and Saturday is next.
    assert "no weekend" in LoadForecaster().fit(week(5)).predict(48).notes[0]


@pytest.mark.parametrize(
    ("values", "step_s", "field"),
    [
        (np.ones(4), 1800.0, "values"),
        (np.ones((4, 1)), 1700.0, "step_s"),
        (-np.ones((4, 1)), 1800.0, "values"),
    ],
)
def test_what_is_no_series_is_refused(values: np.ndarray, step_s: float, field: str) -> None:
    with pytest.raises(InvalidData, match=field):
        Series(values, 0.0, step_s)


@pytest.mark.parametrize("minutes", [1, 16, 24, 180, 480])
def test_any_step_that_divides_a_day_is_forecast(minutes: int) -> None:
    rows = 8 * 1440 // minutes
    load = 100 + 50 * np.sin(np.arange(rows) * minutes * 2 * np.pi / 1440)
    history = Series(load[:, None], 0.0, minutes * 60.0)
    ahead = max(1, 1440 // minutes)

    assert np.isfinite(LoadForecaster().fit(history).predict(ahead).expected).all()
