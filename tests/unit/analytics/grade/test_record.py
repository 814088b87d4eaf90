"""The record counts what is known, and its bound is no better than the evidence."""

import pytest

from analytics.grade import Cost, record
from analytics.grade.calibration import calibration
from tests.unit.analytics.grade.conftest import grade


def test_what_is_unknown_counts_as_neither() -> None:
    given = [grade(0), grade(1, "unknown"), grade(2, "false_alarm"), grade(3, "unknown")]
    made = record("drain_link", given)

    assert (made.right, made.false_alarms, made.unknown) == (1, 1, 2)
    assert made.precision == 0.5
    assert made.window == (False, True)


def test_an_open_act_is_unproven_until_its_link_shows_something() -> None:
    waiting = grade(0, "unknown", settled=False)
    proven = grade(1, "right", settled=False)
    only_said = grade(2, "unknown", settled=False, acted=False)
    made = record("drain_link", [waiting, proven, only_said])

    assert (made.open, made.unproven, made.right, made.precision) == (3, 1, 0, None)


def test_another_playbooks_grades_are_not_counted() -> None:
    made = record("undrain_link", [grade(0), grade(1, kind="link_recovery")])

    assert made.right == 1


def test_costs_add_up_and_false_alarms_cost_by_themselves() -> None:
    given = [grade(0), grade(1, "false_alarm", cost=Cost(None, None, 60.0))]
    made = record("drain_link", given)

    assert (made.lost_before, made.lost_after) == (30, 200)
    assert (made.service_s, made.idle_s) == (100.0, 60.0)


def test_probabilities_that_come_true_as_often_as_they_say_are_calibrated() -> None:
    said = [0.8] * 10 + [0.3] * 10
    came = [True] * 8 + [False] * 2 + [True] * 3 + [False] * 7
    found = calibration(said, came)

    assert found is not None
    assert found.ece == pytest.approx(0.0)
    assert found.ece_low <= found.ece_high
    assert [each.count for each in found.bins] == [10, 10]
    assert found.brier == pytest.approx((0.8 * 0.2 + 0.3 * 0.7) / 2)


def test_overconfidence_shows() -> None:
    found = calibration([0.99] * 20, [True] * 10 + [False] * 10)

    assert found is not None
    assert found.ece == pytest.approx(0.49)
    assert found.ece_low > 0.2


def test_without_predictions_there_is_no_calibration() -> None:
    assert calibration([], []) is None
