"""Messages that name the file and the field."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forerunner.errors import InvalidData
from forerunner.schema import MESSAGE_LENGTH, check

SCHEMA = {
    "type": "object",
    "properties": {
        "limits": {"type": "array", "items": {"type": "object", "properties": {"max": {}}}},
        "share": {"type": "number", "minimum": 0, "maximum": 1},
        "name": {"type": "string", "pattern": "^[a-z]+$"},
    },
    "additionalProperties": False,
}


def refusal(data: object) -> InvalidData:
    with pytest.raises(InvalidData) as caught:
        check(data, SCHEMA, "policy.yml")
    return caught.value


def test_what_fits_passes_in_silence() -> None:
    assert check({"share": 0.5, "name": "a"}, SCHEMA, "policy.yml") is None


def test_the_message_names_source_field_and_problem() -> None:
    error = refusal({"share": 2})

    assert str(error) == "policy.yml: share: 2 is greater than the maximum of 1"


def test_a_field_inside_a_list_is_named_by_its_path() -> None:
    assert refusal({"limits": [{}, 7]}).field == "limits[1]"


def test_what_is_wrong_with_the_whole_is_said_of_the_top_level() -> None:
    assert str(refusal([])).startswith("policy.yml: top level: ")


def test_an_unknown_field_is_named() -> None:
    assert "colour" in str(refusal({"colour": "red"}))


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 10**400, True, "0.5"])
def test_a_number_is_finite_and_a_number(value: object) -> None:
    assert refusal({"share": value}).field == "share"


@given(st.text(alphabet="X{}\n", min_size=1), st.integers(1000, 100_000))
def test_a_long_value_is_not_repeated_whole(text: str, times: int) -> None:
    assert len(refusal({"name": text * times}).problem) < MESSAGE_LENGTH + 10
