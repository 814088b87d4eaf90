"""Drift is reported where there is some, and not where chance explains it."""

import numpy as np
import pytest

from analytics.registry.compare import Marks, compare
from analytics.registry.drift import calibration_drift, deciles, input_drift, shares
from forerunner.errors import InvalidData

RANDOM = np.random.default_rng(3)
TRAINING = RANDOM.normal(size=5000)
EDGES = deciles(TRAINING)
SHARES = shares(TRAINING, EDGES)


@pytest.mark.parametrize(("shift", "drifted"), [(0.0, False), (0.1, False), (1.0, True)])
def test_a_moved_feature_is_drifted(shift: float, drifted: bool) -> None:
    assert input_drift(SHARES, EDGES, RANDOM.normal(shift, 1, 2000)).drifted is drifted


def test_a_feature_that_is_mostly_zero_has_not_drifted_by_its_ties() -> None:
    values = np.where(RANDOM.random(3000) < 0.9, 0.0, 1.0)
    edges = deciles(values)

    assert not input_drift(shares(values, edges), edges, values[:1500]).drifted


def test_of_few_values_nothing_is_said() -> None:
    assert not input_drift(SHARES, EDGES, np.full(50, 9.0)).drifted


def test_shares_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InvalidData):
        input_drift(SHARES[:-1], EDGES, TRAINING)


@pytest.mark.parametrize(("power", "drifted"), [(1.0, False), (3.0, True)])
def test_probabilities_that_no_longer_come_true_are_drifted(power: float, drifted: bool) -> None:
    stated = RANDOM.random(3000)
    happened = RANDOM.random(3000) < stated**power

    assert calibration_drift(stated, happened).drifted is drifted


def test_a_probability_above_one_is_refused() -> None:
    with pytest.raises(InvalidData):
        calibration_drift([1.2], [1])


@pytest.mark.parametrize(
    ("better_by", "new_gap", "promote"),
    [(0.05, 0.02, True), (0.0, 0.02, False), (-0.05, 0.02, False), (0.05, 0.2, False)],
)
def test_only_better_beyond_noise_and_as_well_calibrated_is_promoted(
    better_by: float, new_gap: float, promote: bool
) -> None:
    old = RANDOM.random(60)
    new = old - better_by + RANDOM.normal(0, 0.02, 60)

    assert (
        compare(Marks(new - np.mean(new - old + better_by), new_gap), Marks(old, 0.02)).promote
        is promote
    )


def test_few_cases_keep_what_is_in_service() -> None:
    assert not compare(Marks(np.zeros(5), 0.0), Marks(np.ones(5), 0.0)).promote
