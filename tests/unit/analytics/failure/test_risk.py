"""Whether and when something fails: calibrated, on what is known, and not where nothing is."""

import json

import numpy as np
import pytest

from analytics.failure.risk import FailureRisk
from forerunner.errors import InvalidData
from tests.unit.analytics.cases.failure import ageing

COLUMNS = ("wear", "noise", "heat")


@pytest.fixture(scope="module")
def risk() -> FailureRisk:
    rows, remaining, unit = ageing()
    return FailureRisk(trees=40).fit(rows, remaining, COLUMNS, unit)


def test_a_probability_is_how_often_it_happens(risk: FailureRisk) -> None:
    rows, remaining, _ = ageing(2000, 9)
    said, came = risk.predict(rows), remaining <= risk.horizon_s
    known = np.isfinite(said)
    assert known.mean() > 0.9
    assert np.mean((said[known] - came[known]) ** 2) < 0.1
    sure = known & (said > 0.8)
    assert came[sure].mean() > 0.8


def test_what_is_nearer_is_expected_sooner(risk: FailureRisk) -> None:
    rows, remaining, _ = ageing(2000, 9)
    seconds = risk.outlook(rows).seconds
    assert np.nanmedian(seconds[remaining <= 600]) < np.nanmedian(seconds[remaining == 3000])


def test_it_answers_on_part_of_the_columns_and_not_on_too_few(risk: FailureRisk) -> None:
    part, little = np.array([[0.7, np.nan, 3.5]]), np.array([[np.nan, 0.1, np.nan]])
    assert risk.outlook(part).probability[0] > 0.5
    assert risk.outlook(little).abstained[0]


def test_it_abstains_where_the_input_is_unlike_what_it_learned(risk: FailureRisk) -> None:
    strange = risk.outlook(np.array([[40.0, -30.0, -90.0]]))
    assert strange.abstained[0]
    assert np.isnan(strange.probability[0])


def test_it_is_the_same_when_read_back(risk: FailureRisk) -> None:
    again = FailureRisk.from_state(json.loads(json.dumps(risk.state())))
    rows, _, _ = ageing(60, 2)
    np.testing.assert_allclose(again.predict(rows), risk.predict(rows), atol=1e-5)


def test_a_column_that_was_not_learned_is_named(risk: FailureRisk) -> None:
    with pytest.raises(InvalidData, match="colour"):
        risk.table([{"colour": 1.0}])


def test_nothing_is_learned_without_failures() -> None:
    rows, remaining, unit = ageing()
    with pytest.raises(InvalidData, match="units that fail"):
        FailureRisk().fit(rows, np.full_like(remaining, np.inf), COLUMNS, unit)
