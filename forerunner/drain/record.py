"""A drain that a person asked for is written down like one that a prediction asked for."""

import time
from collections.abc import Callable

from forerunner.drain.report import Report
from forerunner.drain.request import PLAYBOOKS, Request
from forerunner.ledger import Ledger
from forerunner.model import Outcome, Plan, new_id

RUN = "ansible-playbook"
_UNDO = {"drain_link": "undrain_link", "undrain_link": "drain_link"}


def recorded(request: Request, act: Callable[[], Report]) -> Report:
    """Do what a person asked for, the plan in the ledger before it and the outcome after it.

    Who watches the network learns from there which links are drained.

    Args:
        request: What is asked for; without a plan of its own.
        act: Does it.

    Raises:
        LedgerError: The ledger cannot be written; when it cannot be opened nothing is touched.
    """
    ledger, started = Ledger.open(), time.time()
    try:
        plan = ledger.enter_plan(request.plan or _plan(request, started))
        report = act()
        ledger.add_outcome(_outcome(plan, report, started))
    finally:
        ledger.close()
    return report


def _plan(request: Request, now: float) -> Plan:
    playbook = PLAYBOOKS[request.goal]
    return Plan(
        id=new_id("plan"),
        playbook=playbook,
        limit=request.link.ends,
        variables={"link": request.link.name},
        reason=f"asked for by hand: {playbook} {request.link.name}",
        prediction=None,
        expected={},
        checks=("path_moved", "ospf_full", "probes_clean"),
        undo=_UNDO[playbook],
        expires=now + request.policy.plan_expires_s,
    )


def _outcome(plan: Plan, report: Report, started: float) -> Outcome:
    hosts = {name: {"status": x.status, "message": x.message} for name, x in report.hosts.items()}
    return Outcome(
        plan=plan.id,
        state=report.state,
        hosts=hosts,
        before=report.before,
        after=report.after,
        started_at=started,
        ended_at=time.time(),
        run=RUN,
        message=report.message,
    )
