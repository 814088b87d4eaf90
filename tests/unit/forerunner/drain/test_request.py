"""What may be asked for, and what is refused before a router is touched."""

import json
from pathlib import Path
from typing import Any

import pytest

from forerunner.drain import DrainError, Request
from forerunner.errors import InvalidData
from forerunner.topology import UnknownLink

PLAN = {
    "id": "plan-1",
    "playbook": "drain_link",
    "limit": ["r1", "r3"],
    "variables": {"link": "r1:r3"},
    "reason": "it is failing",
    "prediction": None,
    "expected": {},
    "checks": [],
    "undo": "undrain_link",
    "expires": 2000.0,
}


def request(parameters: dict[str, Any], **fields: Any) -> Request:
    return Request.from_data({**parameters, **fields}, now=1000.0)


def plan_file(directory: Path, **fields: Any) -> str:
    path = directory / "plan.json"
    path.write_text(json.dumps({**PLAN, **fields}))
    return str(path)


def test_a_link_may_be_named_from_either_end(parameters: dict[str, Any]) -> None:
    assert request(parameters, link="r3:r1").link.name == "r1:r3"


def test_an_unknown_link_lists_those_that_there_are(parameters: dict[str, Any]) -> None:
    with pytest.raises(UnknownLink, match="it has r1:r2, r2:r3, r1:r3"):
        request(parameters, link="r1:r9")


def test_without_a_link_the_message_shows_how_to_name_one(parameters: dict[str, Any]) -> None:
    with pytest.raises(DrainError, match="-e link=r1:r3"):
        request(parameters, link="")


def test_a_limit_that_leaves_one_end_out_is_refused(parameters: dict[str, Any]) -> None:
    with pytest.raises(DrainError, match="leaves out r3"):
        request(parameters, limit=["r1", "r2"])


def test_a_plan_names_the_link(parameters: dict[str, Any], tmp_path: Path) -> None:
    asked = request(parameters, link=None, plan_file=plan_file(tmp_path))
    assert asked.plan is not None
    assert (asked.link.name, asked.plan.id) == ("r1:r3", "plan-1")


def test_an_expired_plan_is_refused(parameters: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(DrainError, match="expired 1 s ago"):
        request(parameters, link=None, plan_file=plan_file(tmp_path, expires=999.0))


def test_another_playbooks_plan_is_refused(parameters: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(DrainError, match="is for playbook undrain_link"):
        request(parameters, link=None, plan_file=plan_file(tmp_path, playbook="undrain_link"))


def test_a_plan_with_a_wrong_field_names_file_and_field(
    parameters: dict[str, Any], tmp_path: Path
) -> None:
    with pytest.raises(InvalidData, match=r"plan\.json: expires"):
        request(parameters, link=None, plan_file=plan_file(tmp_path, expires="soon"))


def test_a_plan_that_is_no_json_is_refused(parameters: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "plan").write_text("{{ lookup('pipe', 'id') }}")
    with pytest.raises(InvalidData, match="is no JSON"):
        request(parameters, link=None, plan_file=str(tmp_path / "plan"))


def test_a_template_in_a_plan_stays_literal(parameters: dict[str, Any], tmp_path: Path) -> None:
    path = plan_file(tmp_path, variables={"link": "{{7*7}}"})
    with pytest.raises(UnknownLink, match=r"7\*7"):
        request(parameters, link=None, plan_file=path)


def test_a_policy_with_a_wrong_field_is_refused(parameters: dict[str, Any]) -> None:
    with pytest.raises(InvalidData, match="maximum_use"):
        request(parameters, policy={**parameters["policy"], "maximum_use": 1})


@pytest.mark.parametrize(("cost", "target", "rollback"), [(10, 65535, 10), (65535, 65535, 10)])
def test_a_drain_sets_the_maximum_and_goes_back_to_service(
    parameters: dict[str, Any], cost: int, target: int, rollback: int
) -> None:
    asked = request(parameters)
    assert (asked.target_cost(cost), asked.rollback_cost(cost)) == (target, rollback)


@pytest.mark.parametrize(
    ("cost", "target", "rollback"), [(65535, 10, 65535), (10, 10, 65535), (50, 50, 50)]
)
def test_a_return_takes_back_only_what_a_drain_made(
    parameters: dict[str, Any], cost: int, target: int, rollback: int
) -> None:
    asked = request(parameters, state="in_service")
    assert (asked.target_cost(cost), asked.rollback_cost(cost)) == (target, rollback)
