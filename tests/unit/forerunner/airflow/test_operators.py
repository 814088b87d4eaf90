"""One prediction that cannot be acted on keeps no other one waiting."""

from types import SimpleNamespace
from typing import Any

import pytest

from forerunner.airflow import operators
from forerunner.airflow.operators import PlaybookFailed, RemediateOperator


def context(pushed: list[Any], *predictions: str) -> Any:
    events = [SimpleNamespace(extra={"payload": {"prediction": name}}) for name in predictions]
    return {
        "triggering_asset_events": {"predictions": events},
        "dag_run": SimpleNamespace(conf={}),
        "run_id": "run-1",
        "ti": SimpleNamespace(xcom_push=lambda key, value: pushed.append((key, value))),
    }


@pytest.fixture
def operator(monkeypatch: pytest.MonkeyPatch) -> RemediateOperator:
    # Here no supervisor of Airflow has to be outlived.
    monkeypatch.setattr(operators, "bind_to_supervisor", lambda: None)
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
