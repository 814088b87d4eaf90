"""Operators: whom the gate is told of, and that one bad prediction keeps no other one waiting."""

from types import SimpleNamespace
from typing import Any

import pytest

from forerunner.airflow import kill_switch, operators
from forerunner.airflow.operators import AnsiblePlaybookOperator, PlaybookFailed, RemediateOperator
from forerunner.database import Database
from forerunner.gate import switch
from forerunner.runner import RunResult


def context(pushed: list[Any], *predictions: str) -> Any:
    events = [SimpleNamespace(extra={"payload": {"prediction": name}}) for name in predictions]
    return {
        "triggering_asset_events": {"predictions": events},
        "dag_run": SimpleNamespace(conf={}),
        "run_id": "run-1",
        "ti": SimpleNamespace(xcom_push=lambda key, value: pushed.append((key, value))),
    }


@pytest.fixture(autouse=True)
def airflow(monkeypatch: pytest.MonkeyPatch) -> None:
    """No supervisor has to be outlived, and Airflow's Variable says go."""
    monkeypatch.setattr(operators, "bind_to_supervisor", lambda: None)
    monkeypatch.setattr(kill_switch, "read", lambda: "")


@pytest.fixture
def operator() -> RemediateOperator:
    return RemediateOperator(task_id="remediate")


def test_the_others_are_acted_on_and_the_task_fails_at_the_end(loop, operator) -> None:
    prediction = loop.predict()
    pushed: list[Any] = []
    with pytest.raises(PlaybookFailed, match="prediction-none"):
        operator.execute(context(pushed, "prediction-none", prediction))
    ((_, (outcome,)),) = pushed
    assert outcome["state"] == "verified"
    assert loop.ledger.entries()[0].plan.prediction == prediction


def test_without_a_fault_the_task_returns_what_became_of_it(loop, operator) -> None:
    (outcome,) = operator.execute(context([], loop.predict()))
    assert outcome["state"] == "verified"


def playbook_operator() -> AnsiblePlaybookOperator:
    return AnsiblePlaybookOperator(
        task_id="drain_link", playbook="drain_link", variables={"plan_file": "none"}
    )


@pytest.mark.parametrize(
    ("user", "who"), [("ann", "ann"), (None, "drain_link run-1"), ("a" * 300, "a" * 200)]
)
def test_the_gate_is_told_that_airflow_asks_and_for_whom(loop, user: str | None, who: str) -> None:
    dag_run = SimpleNamespace(triggering_user_name=user, dag_id="drain_link", run_id="run-1")
    job = playbook_operator()._job({"dag_run": dag_run})
    assert job.environment == {"FORERUNNER_ENTRANCE": "airflow", "FORERUNNER_WHO": who}


def test_the_variables_stop_is_in_the_ledger_before_the_playbook_begins(loop, monkeypatch) -> None:
    found: list[Any] = []
    monkeypatch.setattr(kill_switch, "read", lambda: "fire")
    job = SimpleNamespace(run=lambda: found.extend(switch.stops(Database())) or _result())
    operator = playbook_operator()
    monkeypatch.setattr(AnsiblePlaybookOperator, "_job", lambda self, context: job)
    operator.execute(context([]))
    assert "fire" in str(found[0])


def _result() -> RunResult:
    return RunResult("drain_link", "successful", 0, {}, {}, {}, "")
