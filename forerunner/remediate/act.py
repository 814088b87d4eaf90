"""From a prediction in the ledger to an outcome in the ledger: decide, plan, act, record.

At least once is the contract: whoever was shot half way is started again, finds its plan without
an outcome and carries it through; what has a final outcome is reported and not done again.
"""

import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, cast, get_args

from forerunner.gate.entry import ENTRANCE, WHO
from forerunner.ledger import Ledger
from forerunner.model import Outcome, OutcomeState, Plan
from forerunner.remediate.decision import settle
from forerunner.remediate.locks import locked
from forerunner.remediate.plans import plan_file, write_plan
from forerunner.runner import Job, RunEvent, RunResult

TIMEOUT_S = 90.0
"""Seconds that a playbook gets."""

OnEvent = Callable[[RunEvent], None]
CarryOut = Callable[[Plan], RunResult]
"""Runs a plan's playbook to its end."""


def remediate(
    prediction_id: str,
    run_id: str,
    ledger: Ledger | None = None,
    on_event: OnEvent | None = None,
) -> Outcome:
    """Act on a prediction and return what became of it; safe to call again after any end.

    Args:
        prediction_id: Identifier in the ledger.
        run_id: Airflow's run id, or `cli`.
        ledger: Where it stands; by default the one that the environment names.
        on_event: Called with every event of the playbook as it happens.

    Raises:
        LedgerError: There is no such prediction.
        InvalidData: The inventory's links or the policy do not fit.
    """
    book = ledger or Ledger.open()
    try:
        return carry_through(book, prediction_id, run_id, partial(_start, run_id, on_event))
    finally:
        if ledger is None:
            book.close()


def carry_through(ledger: Ledger, prediction_id: str, run_id: str, carry_out: CarryOut) -> Outcome:
    """Act on a prediction as `remediate` does, its plan carried out by `carry_out`."""
    # Two callers for one prediction: the second waits, then finds the first one's outcome.
    with locked(prediction_id):
        plan = settle(ledger, ledger.prediction(prediction_id), run_id)
        if isinstance(plan, Outcome):
            return plan
        started = time.time()
        outcome = _outcome(plan, carry_out(plan), started, run_id)
        ledger.add_outcome(outcome)
        return outcome


def job(playbook: str, plan_file: Path, run_id: str, **more: Any) -> Job:
    """Return the run of a playbook for a plan in a file, asked for by a prediction."""
    environment = {ENTRANCE: "prediction", WHO: run_id} | more.pop("environment", {})
    variables = {"plan_file": str(plan_file)} | more.pop("variables", {})
    return Job(playbook, variables, environment=environment, **more)


def _start(run_id: str, on_event: OnEvent | None, plan: Plan) -> RunResult:
    path = write_plan(plan, plan_file(plan.id))
    return job(plan.playbook, path, run_id, on_event=on_event, timeout_s=TIMEOUT_S).run()


def _outcome(plan: Plan, result: RunResult, started: float, run_id: str) -> Outcome:
    report = result.result
    hosts = report.get("hosts")
    if not isinstance(hosts, dict):
        hosts = {x: {"status": y.status, "message": y.message} for x, y in result.hosts.items()}
    return Outcome(
        plan=plan.id,
        state=_state(result),
        hosts=hosts,
        before=_object(report.get("before")),
        after=_object(report.get("after")),
        started_at=started,
        ended_at=_ended_at(report),
        run=run_id,
        message=str(report.get("message") or result.message),
    )


def _ended_at(report: Mapping[str, Any]) -> float:
    """Return when the module knew the end; Ansible takes another moment to fold up."""
    known, now = report.get("ended_at"), time.time()
    return min(float(known), now) if isinstance(known, int | float) else now


def _state(result: RunResult) -> OutcomeState:
    """Return the module's word for the end; a run that went wrong after it has the last word."""
    reported = result.result.get("state")
    if reported in get_args(OutcomeState) and (result.ok or reported != "verified"):
        return cast(OutcomeState, reported)
    return "unreachable" if result.status == "unreachable" else "failed"


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
