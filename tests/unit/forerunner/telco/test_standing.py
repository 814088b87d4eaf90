"""Where a subscriber stands is told by each field's value, and nobody else's record is taken."""

import pytest

from forerunner.telco import differences, standing

AFTER = {"imsi": "001010000000001", "msisdn": "491510000001", "k": "a" * 32}


@pytest.mark.parametrize(
    ("found", "where"),
    [
        (None, "before"),
        (AFTER, "after"),
        (AFTER | {"k": ""}, "between"),
        ({"imsi": AFTER["imsi"]}, "between"),
        (AFTER | {"k": "b" * 32}, "foreign"),
        (AFTER | {"tariff": "gold"}, "foreign"),
    ],
)
def test_a_new_subscriber(found: dict[str, str] | None, where: str) -> None:
    assert standing(found, None, AFTER) == where


@pytest.mark.parametrize(
    ("found", "where"),
    [
        (AFTER, "before"),
        (None, "after"),
        (AFTER | {"k": ""}, "between"),
        (AFTER | {"msisdn": "491510000002"}, "foreign"),
    ],
)
def test_a_subscriber_that_goes(found: dict[str, str] | None, where: str) -> None:
    assert standing(found, AFTER, None) == where


def test_a_change_of_two_fields_that_broke_off_is_between() -> None:
    before = AFTER | {"status": "active", "msisdn": "491510000009"}
    after = before | {"status": "suspended", "msisdn": "491510000008"}

    assert standing(before | {"status": "suspended"}, before, after) == "between"


def test_differences_name_fields_and_no_values() -> None:
    assert differences(AFTER | {"k": "b" * 32}, AFTER) == ["k"]
    assert differences(None, AFTER) == differences(AFTER, None) == ["presence"]
    assert differences(AFTER | {"opc": ""}, AFTER) == []
