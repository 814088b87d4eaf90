"""A person's word in Airflow is for exactly the plan that they were shown."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from forerunner import gate, home
from forerunner.airflow.approval import (
    ApprovePlanOperator,
    NotWhatWasShown,
    ShowPlanOperator,
    answered_by,
)
from forerunner.configure.plan import Candidate, OpenPlan, PlanRefused, write_plan
from forerunner.database import Database
from forerunner.gate import approvals
from forerunner.gate.book import opened
from forerunner.gate.entry import foretold

YES: dict[str, Any] = {
    "chosen_options": ["Approve"],
    "params_input": {},
    "responded_by_user": {"id": "7", "name": "ann"},
}
_INVENTORY = home.root() / "inventories" / "lab" / "group_vars" / "all" / "change_gate.yml"
POLICY = yaml.safe_load(_INVENTORY.read_text())["change_policy"] | {"maximum_load_mbit_s": None}
RUNNING, TEXT = "hostname r1\npassword hunter2\n", "hostname r1\n```\n<b>{{ 7 * 7 }}</b>\n"


@pytest.fixture
def planned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OpenPlan:
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path))
    monkeypatch.delenv("FORERUNNER_LEDGER", raising=False)
    return write_plan(tmp_path / "plans", {"r1": Candidate(RUNNING, TEXT)}, "why", 60)


def show(planned: OpenPlan) -> dict[str, str]:
    found: dict[str, str] = ShowPlanOperator(task_id="show", plan=planned.plan.id).execute({})
    return found


def approve(planned: OpenPlan, shown: str, answer: Any) -> str:
    given = {"plan": planned.plan.id, "shown": shown, "answer": answer}
    return str(ApprovePlanOperator(task_id="approve", **given).execute({}))


def given(planned: OpenPlan) -> list[str]:
    with opened(Database()) as book:
        return [each.who for each in approvals.of(book, planned.plan)]


def test_what_is_shown_is_verbatim_and_without_secrets(planned: OpenPlan) -> None:
    shown = show(planned)
    assert (shown["hash"], shown["path"]) == (planned.plan.hash, str(planned.path))
    assert "    +<b>{{ 7 * 7 }}</b>" in shown["text"]
    assert all(line.startswith("    ") for line in shown["text"].splitlines())
    assert "hunter2" not in json.dumps(shown)


def test_a_yes_is_an_approval_of_the_hash_that_was_shown(planned: OpenPlan) -> None:
    assert approve(planned, show(planned)["hash"], YES) == "ann"
    assert given(planned) == ["ann"]


@pytest.mark.parametrize(
    "answer",
    [
        None,
        "Approve",
        {},
        {**YES, "chosen_options": ["Reject"]},
        {**YES, "chosen_options": ["Approve", "Reject"]},
        {**YES, "responded_by_user": None},
        {**YES, "responded_by_user": {"id": "", "name": ""}},
    ],
)
def test_whatever_is_no_yes_of_somebody_is_no_approval(planned: OpenPlan, answer: Any) -> None:
    with pytest.raises(NotWhatWasShown):
        approve(planned, planned.plan.hash, answer)
    assert given(planned) == []


def test_a_plan_that_became_another_one_is_not_approved(planned: OpenPlan) -> None:
    shown = show(planned)["hash"]
    data = json.loads(planned.path.read_text())
    data["limit"] = ["r1", "r2"]
    planned.path.write_text(json.dumps(data))
    with pytest.raises(NotWhatWasShown, match="not what was shown"):
        approve(planned, shown, YES)
    assert given(planned) == []


def test_a_text_that_was_altered_is_neither_shown_nor_approved(planned: OpenPlan) -> None:
    (planned.path.with_suffix("") / "r1.conf").write_text("hostname evil\n")
    with pytest.raises(PlanRefused):
        show(planned)
    with pytest.raises(PlanRefused):
        approve(planned, planned.plan.hash, YES)


def test_who_has_no_name_is_known_by_the_identifier() -> None:
    assert answered_by({**YES, "responded_by_user": {"id": "7", "name": ""}}) == "7"


def test_the_gate_passes_no_plan_of_another_hash(planned: OpenPlan) -> None:
    asked = {"playbook": "configure_devices", "plan_file": str(planned.path), "policy": POLICY}
    asked |= {"dead_man_s": 20}
    assert foretold({**asked, "plan_hash": planned.plan.hash}) == []
    (refusal,) = foretold({**asked, "plan_hash": "f" * 64})
    assert refusal.guard == "approval"
    assert isinstance(refusal, gate.Refusal)
