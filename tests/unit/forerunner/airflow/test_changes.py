"""What was changed is backed up: told once a burst is over, and the devices of it alone."""

import asyncio
import time
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowSkipException

from forerunner.airflow import operators
from forerunner.airflow.changes import BackUpChangedOperator, Changes, ChangeTrigger
from forerunner.model import Outcome, Plan, new_id
from forerunner.runner import Job, RunResult


def change(loop, *hosts: str, state: str = "verified", age_s: float = 0.0) -> str:
    plan = Plan(
        new_id("plan"), "drain_link", hosts, {"link": "r1:r3"}, "a test", None, {}, (), "u", 0
    )
    ended = time.time() - age_s
    told = {name: {"status": "changed", "message": ""} for name in hosts}
    loop.ledger.add_plan(plan)
    loop.ledger.add_outcome(Outcome(plan.id, state, told, {}, {}, ended, ended, "cli"))
    return plan.id


def test_a_burst_is_told_once_with_all_its_devices(loop) -> None:
    changes = Changes(quiet_s=0)
    first, second = change(loop, "r3", "r1"), change(loop, "r2", state="undone")
    assert changes.read() == {"hosts": ["r1", "r2", "r3"], "plans": [first, second]}
    assert changes.read() is None
    third = change(loop, "r4", state="failed")
    assert changes.read() == {"hosts": ["r4"], "plans": [third]}


def test_while_changes_come_nothing_is_told(loop) -> None:
    changes = Changes(quiet_s=0.4)
    change(loop, "r1")
    assert changes.read() is None
    time.sleep(0.5)
    change(loop, "r2")
    assert changes.read() is None
    time.sleep(0.5)
    assert changes.read()["hosts"] == ["r1", "r2"]


@pytest.mark.parametrize("state", ["refused", "check", "unreachable"])
def test_what_wrote_nothing_is_no_change(loop, state: str) -> None:
    change(loop, "r1", state=state)
    assert Changes(quiet_s=0).read() is None


def test_what_is_long_past_is_left_to_the_night(loop) -> None:
    change(loop, "r1", age_s=4000)
    assert Changes(quiet_s=0).read() is None


def test_the_trigger_tells_of_a_change_and_outlives_a_ledger_that_cannot_be_read(
    loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def watch() -> dict[str, Any]:
        monkeypatch.setenv("FORERUNNER_LEDGER", "sqlite:////dev/null/ledger.sqlite")
        waiting = asyncio.ensure_future(anext(ChangeTrigger(0.05, 0.1).run()))
        await asyncio.sleep(0.3)
        assert not waiting.done()
        monkeypatch.delenv("FORERUNNER_LEDGER")
        await asyncio.to_thread(change, loop, "r5")
        payload: dict[str, Any] = (await asyncio.wait_for(waiting, 30)).payload
        return payload

    assert asyncio.run(watch())["hosts"] == ["r5"]


def test_the_trigger_is_made_again_from_its_serialization() -> None:
    name, arguments = ChangeTrigger(1.0, 2.0).serialize()
    assert (name, arguments) == (
        "forerunner.airflow.changes.ChangeTrigger",
        {"poll_s": 1.0, "quiet_s": 2.0},
    )


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the playbook was run with; Ansible itself is not what is tested here."""
    calls: list[Any] = []

    def run(job: Job) -> RunResult:
        calls.append((job.playbook, job.variables, job.limit))
        return RunResult(job.playbook, "successful", 0, {}, {}, {}, "")

    monkeypatch.setattr(Job, "run", run)
    monkeypatch.setattr(operators, "bind_to_supervisor", lambda: None)
    return calls


def context(*payloads: dict[str, Any]) -> Any:
    events = [SimpleNamespace(extra={"payload": payload}) for payload in payloads]
    run = SimpleNamespace(dag_id="backup_changed", run_id="run-1")
    return {"triggering_asset_events": {"changes": events}, "dag_run": run}


def test_the_devices_of_all_events_are_backed_up_with_their_plans_named(ran: list[Any]) -> None:
    operator = BackUpChangedOperator(task_id="b", playbook="backup_configs")
    burst = {"hosts": ["r1", "r3"], "plans": ["plan-1"]}
    operator.execute(context(burst, {"hosts": ["r3", "r4"], "plans": ["plan-2"]}))
    variables = {
        "config_backup_reason": "after a change",
        "config_backup_plan": "plan-1, plan-2",
    }
    assert ran == [("backup_configs", variables, ["r1", "r3", "r4"])]


def test_without_a_change_nothing_is_backed_up(ran: list[Any]) -> None:
    operator = BackUpChangedOperator(task_id="b", playbook="backup_configs")
    with pytest.raises(AirflowSkipException):
        operator.execute(context())
    assert ran == []
