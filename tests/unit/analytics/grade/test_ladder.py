"""Autonomy follows from the record and is lost by it."""

from dataclasses import replace
from typing import Any

import pytest

from analytics.grade import Autonomy, Grade, Ladder, autonomy, record
from analytics.inventory import read_policy, variable
from forerunner.errors import InvalidData
from tests.unit.analytics.grade.conftest import BEGUN, FILE, grade

NOW = BEGUN + 1e6


def level(grades: list[Grade], ladder: Ladder, now: float = NOW, drift: str = "") -> Autonomy:
    return autonomy(record("drain_link", grades), ladder, now, drift)


@pytest.fixture
def strict(ladder: Ladder) -> Ladder:
    return replace(ladder, grants=())


def test_the_lab_acts_out_of_the_box(ladder: Ladder) -> None:
    for playbook in ("drain_link", "undrain_link"):
        assert autonomy(record(playbook, []), ladder, NOW).level == "act"


def test_what_may_not_act_is_held_back_unless_the_inventory_says_otherwise(
    data: dict[str, Any], ladder: Ladder
) -> None:
    del data["enforced"]

    assert (ladder.enforced, Ladder.from_data(data).enforced) == (False, True)


def test_a_network_in_service_enforces_what_its_playbooks_have_earned(
    request: pytest.FixtureRequest,
) -> None:
    path = request.config.rootpath / "inventories/example/group_vars/all/remediation.yml"
    serving = Ladder.from_data(variable(path, "remediation_autonomy"), str(path))

    assert read_policy(path).maximum_drained_links == 1
    assert serving.enforced
    assert level([], serving).level == "observe"


def test_without_a_grant_a_playbook_begins_by_observing(strict: Ladder) -> None:
    assert level([], strict).level == "observe"


@pytest.mark.parametrize(
    ("right", "wanted"), [(2, "observe"), (3, "recommend"), (5, "approve"), (14, "act")]
)
def test_right_predictions_climb_the_ladder(strict: Ladder, right: int, wanted: str) -> None:
    assert level([grade(index) for index in range(right)], strict).level == wanted


def test_unknown_outcomes_climb_nothing(strict: Ladder) -> None:
    assert level([grade(index, "unknown") for index in range(50)], strict).level == "observe"


def test_one_false_alarm_takes_the_highest_rung_from_a_long_good_record(strict: Ladder) -> None:
    good = [grade(index) for index in range(200)]

    assert level(good, strict).level == "act"
    assert level([*good, grade(200, "false_alarm")], strict).level == "approve"


def test_a_false_alarm_of_long_ago_is_forgiven(strict: Ladder) -> None:
    since = [grade(index) for index in range(1, 21)]

    assert level([grade(0, "false_alarm"), *since], strict).level == "act"


@pytest.mark.parametrize(("count", "wanted"), [(1, "approve"), (2, "recommend"), (3, "observe")])
def test_false_alarms_take_a_grant_away(ladder: Ladder, count: int, wanted: str) -> None:
    found = level([grade(index, "false_alarm") for index in range(count)], ladder)

    assert found.level == wanted
    assert "false alarm" in found.reason


def test_a_grant_that_is_over_grants_nothing(ladder: Ladder) -> None:
    grant = ladder.grants[0]

    assert level([], ladder, now=grant.until).level == "observe"
    assert level([], ladder, now=grant.until - 1).level == "act"
    assert level([], ladder, now=grant.since - 1).level == "observe"


def test_false_alarms_before_a_grant_do_not_count_against_it(ladder: Ladder) -> None:
    old = grade(0, "false_alarm", made_at=ladder.grants[0].since - 1)

    assert level([old], ladder).level == "act"


def test_drift_holds_back_before_any_act(ladder: Ladder) -> None:
    found = level([grade(index) for index in range(50)], ladder, drift="loss is tenfold")

    assert found.level == "approve"
    assert "loss is tenfold" in found.reason


def test_an_act_that_is_not_proven_yet_holds_the_next_one_back(ladder: Ladder) -> None:
    waiting = grade(0, "unknown", settled=False)

    assert level([waiting], ladder).level == "approve"
    assert level([replace(waiting, verdict="right")], ladder).level == "act"
    assert level([replace(waiting, acted=False)], ladder).level == "act"


def test_a_reason_tells_evidence_threshold_and_grant(ladder: Ladder) -> None:
    reason = level([grade(0), grade(1, "false_alarm")], ladder).reason

    assert "1 of the newest 2 graded were right" in reason
    assert "recommend asks for 30%" in reason
    assert "the lab's owner's grant of act" in reason


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"window": 2}, "window"),
        ({"unproven_acts": 0}, "unproven_acts"),
        ({"predictions_per_link_hour": 0}, "predictions_per_link_hour"),
        ({"confidence": 1.0}, "confidence"),
        ({"typo": 1}, "typo"),
        ({"lower_bounds": {"recommend": 0.6, "approve": 0.5, "act": 0.8}}, "lower_bounds"),
        ({"lower_bounds": {"recommend": 0.3, "approve": 0.5}}, "act"),
    ],
)
def test_a_wrong_field_is_named(data: dict[str, Any], change: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidData, match=message):
        Ladder.from_data(data | change, FILE)


@pytest.mark.parametrize(
    "change",
    [{"level": "all"}, {"who": ""}, {"until": "2036-02-31"}, {"until": "2020-01-01"}, {"why": 1},
     {"playbook": "reboot"}, {"playbook": "undrain_link"}],
)  # fmt: skip
def test_a_wrong_grant_is_named(data: dict[str, Any], change: dict[str, Any]) -> None:
    data["grants"][0] |= change

    with pytest.raises(InvalidData, match="grants"):
        Ladder.from_data(data, FILE)
