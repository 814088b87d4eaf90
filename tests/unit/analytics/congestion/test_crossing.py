"""The probability that a limit is passed is the share of times that it is."""

import numpy as np
import pytest

from analytics.congestion import crossings
from analytics.forecasting import LoadForecaster, Series


def noisy(days: int, seed: int) -> Series:
    """Return 40 loads around 100 with a daily course; each day is off as a whole, too."""
    random = np.random.default_rng(seed)
    rows = np.arange(days * 24)
    course = 100 + 30 * np.sin(2 * np.pi * rows / 24)
    daily = np.repeat(random.normal(0.0, 8.0, (days, 40)), 24, axis=0)
    return Series(
        course[:, None] + daily + random.normal(0.0, 3.0, (len(rows), 40)), 345_600.0, 3600.0
    )


def test_a_probability_is_how_often_it_happens() -> None:
    said, came = [], []
    for seed in range(6):
        whole = noisy(15, seed)
        history = whole.before(14 * 24)
        forecaster = LoadForecaster().fit(history)
        forecast = forecaster.predict(24)
        for limit in (125.0, 132.0, 138.0, 145.0):
            found = crossings(forecast, forecaster.errors_, [limit] * 40)
            said += [each.probability for each in found]
            came += list((whole.values[14 * 24 :] > limit).any(axis=0))
    probability, happened = np.array(said), np.array(came, dtype=float)
    assert np.mean((probability - happened) ** 2) < 0.9 * happened.var()
    assert all(x.interval[0] <= x.probability <= x.interval[1] for x in found)
    for low, high in ((0.0, 0.33), (0.33, 0.67), (0.67, 1.01)):
        some = (probability >= low) & (probability < high)
        assert happened[some].mean() == pytest.approx(probability[some].mean(), abs=0.15)


def test_a_limit_far_away_is_not_passed_and_one_below_is_at_once() -> None:
    forecaster = LoadForecaster().fit(noisy(14, 1))
    forecast = forecaster.predict(24)
    far, below = crossings(forecast, forecaster.errors_, [1e6, 1.0] + [100.0] * 38)[:2]
    assert (far.probability, far.at) == (0.0, None)
    # Seven days are looked back: what never happened then is at most this likely.
    assert far.interval == (0.0, pytest.approx(1 - 0.025 ** (1 / 7)))
    assert (below.probability, below.at) == (1.0, forecast.start)


def test_few_links_have_a_probability_for_a_whole_week() -> None:
    whole = noisy(28, 1)
    few = Series(whole.values[:, :2], whole.start, whole.step_s)
    forecaster = LoadForecaster().fit(few)
    found = crossings(forecaster.predict(7 * 24), forecaster.errors_, [100.0, 1e6])
    assert (found[0].probability, found[1].probability) == (1.0, 0.0)
    assert found[0].courses >= 7


def test_too_little_history_gives_no_probability() -> None:
    forecaster = LoadForecaster().fit(noisy(1, 1))
    found = crossings(forecaster.predict(24), forecaster.errors_, [100.0] * 40)
    assert np.isnan([found[0].probability, *found[0].interval]).all()


def test_a_link_of_which_too_little_is_known_takes_no_chance_from_the_others() -> None:
    whole = noisy(14, 1)
    values = whole.values.copy()
    values[:-45, 0] = np.nan
    forecaster = LoadForecaster().fit(Series(values, whole.start, whole.step_s))
    found = crossings(forecaster.predict(24), forecaster.errors_, [150.0] * 40)
    assert np.isnan(found[0].probability)
    assert np.isfinite(found[1].probability)


@pytest.mark.parametrize("idle", [1, 40])
def test_a_link_that_never_changed_passes_what_it_is_above_and_nothing_else(idle: int) -> None:
    whole = noisy(14, 1)
    values = whole.values.copy()
    values[:, :idle] = 20.0
    forecaster = LoadForecaster().fit(Series(values, whole.start, whole.step_s))
    forecast = forecaster.predict(24)
    far, below = (crossings(forecast, forecaster.errors_, [x] * 40)[0] for x in (30.0, 10.0))
    assert (far.probability, below.probability) == (0.0, 1.0)
    assert far.courses == 7
