"""Networks of different sizes are judged together, and what is missing is no success."""

from pathlib import Path

import numpy as np
import pytest

from analytics.forecasting import Series
from forerunner.bench.predict import forecast, forecast_many
from forerunner.bench.predict.cells import Cell
from forerunner.bench.predict.forecast import Split, mase
from forerunner.bench.predict.forecast_figures import both_drawn, inside, interval, wape_smape
from forerunner.bench.predict.traffic_matrices import Matrices


def split(links: int) -> Split:
    values = np.tile(np.arange(1.0, 97.0)[:, None], (1, links))
    return Split(Series(np.vstack([values, values + 2]), 0.0, 900.0), values)


def test_networks_of_different_sizes_are_judged_together() -> None:
    splits = [split(3), split(5)]
    errors = mase(splits, [each.came + 1 for each in splits])
    assert errors == pytest.approx(np.full(8, 0.5))
    assert interval(errors) == pytest.approx((0.5, 0.5))


def test_what_was_not_measured_is_no_miss_and_what_was_not_forecast_is() -> None:
    came = np.array([[1.0], [np.nan]])
    assert inside(came, came - 1, came + 1) == 1.0
    said, real = [np.array([[9.0], [np.nan]])], [np.array([[10.0], [10.0]])]
    assert wape_smape(said, real)[0] == pytest.approx(55.0)


@pytest.mark.parametrize(("hours", "days"), [(160, 7), (168, 7), (24, 1)])
def test_a_test_of_any_length_is_judged_day_by_day(hours: int, days: int) -> None:
    history = Series(np.random.default_rng(1).uniform(1, 2, (15 * 24, 1)), 0.0, 3600.0)
    cell = Cell("one", history, np.ones(hours))
    assert forecast._by_day(cell, np.full(hours, 2.0)).shape == (days,)


def test_a_day_of_which_nothing_was_measured_says_nothing() -> None:
    history = Series(np.random.default_rng(1).uniform(1, 2, (15 * 24, 1)), 0.0, 3600.0)
    test = np.ones(72)
    test[24:48] = np.nan
    errors = forecast._by_day(Cell("one", history, test), np.full(72, 2.0))
    assert errors.shape == (2,)
    assert np.isfinite(errors).all()


def test_what_we_did_not_forecast_is_off_by_all_of_it() -> None:
    one = split(1)
    nothing = np.full_like(one.came, np.nan)
    assert mase([one], [nothing]) == pytest.approx(mase([one], [np.zeros_like(one.came)]))


def test_eight_days_have_one_origin() -> None:
    loads = Series(np.ones((8 * 96, 2)), 0.0, 900.0)
    assert len(forecast._day_splits(loads, "full")) == 1


def test_a_hole_does_not_spoil_what_ours_is_compared_with() -> None:
    values = np.full((400, 2), 5.0)
    values[-100:-90, 0] = np.nan
    values[-1, 1] = np.nan
    history = Series(values, 0.0, 300.0)
    assert forecast._level(history) == pytest.approx(5.0)
    assert forecast._last(history) == pytest.approx(5.0)


def test_rows_of_abilene_are_of_abilene_where_it_is_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    some = [
        Matrices(name, Series(np.full((8 * 96, 1), value), 0.0, 900.0), (("a", "b"),))
        for name, value in (("abilene", 1.0), ("geant", 2.0))
    ]
    monkeypatch.setattr(forecast, "matrices", lambda _: some)
    assert [x.values[0, 0] for x in forecast.long_enough(Path(), 8, 900)] == [1.0]
    del some[0]
    assert [x.values[0, 0] for x in forecast.long_enough(Path(), 8, 900)] == [2.0]


def test_an_interval_is_as_wide_as_origins_differ() -> None:
    # Two origins differ and their links do not: 60 pairs are but two draws.
    figures = [np.full(30, 0.5), np.full(30, 1.0)]
    assert both_drawn(figures) == pytest.approx((0.5, 1.0))
    assert np.diff(interval(np.concatenate(figures)))[0] < 0.2


@pytest.mark.parametrize("days", [8, 10, 16])
def test_many_series_have_a_window_for_each_of_ours_and_never_the_day_that_is_forecast(
    days: int,
) -> None:
    known = np.repeat(np.arange(1.0, days + 1), 96)[:, None]
    split = forecast_many.many_series(Series(known, 0.0, 900.0), 20)
    history = np.rint(split.history.values.reshape(14, 96, 20).mean(axis=(1, 2)))
    assert np.rint(split.came.mean()) == days
    assert days not in history
    # Each is a day of the same weekday.
    weekdays = split.history.kinds(np.arange(14) * 96)[0]
    assert weekdays.tolist() == [(int(day) - 1 + 3) % 7 for day in history]
