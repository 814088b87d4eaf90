"""A policy is taken whole or refused by name."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from analytics.decide import Policy
from forerunner.errors import InvalidData

FILE = "inventories/lab/group_vars/all/remediation.yml"


@pytest.fixture
def data(request: pytest.FixtureRequest) -> dict[str, Any]:
    text = (Path(request.config.rootpath) / FILE).read_text()
    return yaml.safe_load(text)["remediation_policy"]


def test_the_labs_policy_is_one(data: dict[str, Any]) -> None:
    assert Policy.from_data(data, FILE).act_probability == data["act_probability"]


def test_an_unknown_field_is_named_with_the_fields_that_exist(data: dict[str, Any]) -> None:
    with pytest.raises(InvalidData, match=r"remediation\.yml: act_chance: .*act_probability"):
        Policy.from_data(data | {"act_chance": 1}, FILE)


def test_a_missing_field_is_named(data: dict[str, Any]) -> None:
    del data["cooldown_s"]
    with pytest.raises(InvalidData, match="cooldown_s"):
        Policy.from_data(data, FILE)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("act_probability", 1.5),
        ("act_probability", "0.9"),
        ("maximum_drained_links", 1.5),
        ("cooldown_s", 0),
        ("hold_factor", 0.5),
        ("clear_probability", 0.999),
    ],
)
def test_a_value_out_of_range_is_named(data: dict[str, Any], field: str, value: object) -> None:
    with pytest.raises(InvalidData, match=field):
        Policy.from_data(data | {field: value}, FILE)


def test_what_is_no_mapping_is_refused() -> None:
    with pytest.raises(InvalidData, match="not of type 'object'"):
        Policy.from_data(["act_probability"], FILE)  # type: ignore[arg-type]
