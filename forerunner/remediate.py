"""From a prediction in the ledger to an outcome in the ledger: decide, plan, act, record.

At least once is the contract: whoever was shot half way is started again, finds its plan without
an outcome and carries it through; what has a final outcome is reported and not done again.
"""

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any, Self, cast, get_args

from analytics.decide import NetworkState, Policy, Refusal, decide
from forerunner import home
from forerunner.collect import load
from forerunner.collect.snmp import Agent, Credentials
from forerunner.errors import InvalidData
from forerunner.ledger import Ledger
from forerunner.model import Outcome, OutcomeState, Plan, Prediction, new_id
from forerunner.runner import RunEvent, RunResult, run
from forerunner.schema import check
from forerunner.store import Store
from forerunner.topology import Topology, UnknownLink

TIMEOUT_S = 90.0
"""Seconds that a playbook gets."""

_FINAL = frozenset({"verified", "undone", "refused", "check"})
# So much of a plan's time must be left for its playbook to begin with it.
_MARGIN_S = 10.0
_SITE_SCHEMA = {
    "type": "object",
    "properties": {
        "links": {"type": "array"},
        "policy": {"type": "object"},
        "devices": {"type": "object", "additionalProperties": {"type": "string"}},
        "snmp": {"type": "string"},
    },
    "required": ["links", "policy"],
}

OnEvent = Callable[[RunEvent], None]


@dataclass(frozen=True)
class Site:
    """What decisions stand on: the inventory's links and the operator's policy.

    Attributes:
        topology: The links.
        policy: What the operator allows.
        agents: SNMP agents that are asked for loads which the telemetry store does not know.
    """

    topology: Topology
    policy: Policy
    agents: tuple[Agent, ...]

    @classmethod
    def read(cls) -> Self:
        """Read what role `telemetry` rendered from the inventory.

        Raises:
            InvalidData: The file is missing, or a field does not fit.
        """
        path = home.var() / "observe" / "config.json"
        try:
            data = json.loads(path.read_text())
        except OSError as error:
            problem = f"cannot be read ({error.strerror}); start_telemetry.yml writes it"
            raise InvalidData(str(path), "", problem) from error
        except ValueError as error:
            raise InvalidData(str(path), "", f"is no JSON: {error}") from error
        check(data, _SITE_SCHEMA, str(path))
        source = f"{path}: "
        return cls(
            Topology.from_data(data["links"], source + "links"),
            Policy.from_data(data["policy"], source + "policy"),
            tuple(_agents(data)),
        )


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
        return _carry_through(book, prediction_id, run_id, on_event)
    finally:
        if ledger is None:
            book.close()


def _carry_through(
    ledger: Ledger, prediction_id: str, run_id: str, on_event: OnEvent | None
) -> Outcome:
    # Two callers for one prediction: the second waits, then finds the first one's outcome.
    with _locked(prediction_id):
        plan = _settle(ledger, ledger.prediction(prediction_id), run_id)
        return plan if isinstance(plan, Outcome) else _act(ledger, plan, run_id, on_event)


def _settle(ledger: Ledger, prediction: Prediction, run_id: str) -> Plan | Outcome:
    """Return the plan to carry out, or the outcome that there is already."""
    site = Site.read()
    entries = ledger.entries(limit=1, prediction=prediction.id)
    if entries and not entries[0].outcomes:
        return _resume(ledger, entries[0].plan, site.policy, run_id)
    stale = time.time() > prediction.made_at + site.policy.plan_expires_s
    # A return that failed waits for the next prediction: this one's evidence is from before.
    once = stale or prediction.kind == "link_recovery"
    if entries and (once or entries[0].outcomes[-1].state in _FINAL):
        return entries[0].outcomes[-1]
    # Loads take a moment: they are measured before the others have to wait.
    loads = None if stale else _loads(site)
    with _locked("decide"):
        state = NetworkState(site.topology, {}, loads, _drained(ledger, prediction.id))
        decision = _decide(prediction, state, site.policy)
        if isinstance(decision, str):
            return _refuse(ledger, prediction, decision, run_id)
        ledger.add_plan(decision)
    return decision


def _resume(ledger: Ledger, plan: Plan, policy: Policy, run_id: str) -> Plan | Outcome:
    """Return a plan whose run ended without a word, made valid again when it has expired.

    A drain may stand half way, so it is carried through even if nobody would begin it now. A
    return is not: the routers' timers take it back, and the link may have failed again since.
    """
    now = time.time()
    if plan.playbook != "drain_link":
        return _abandon(ledger, plan, run_id)
    if plan.expires > now + _MARGIN_S:
        return plan
    renewed = replace(plan, id=new_id("plan"), expires=now + policy.plan_expires_s)
    with _locked("decide"):
        message = f"its run ended without a word; carried on as {renewed.id}"
        ledger.add_plan(renewed)
        ledger.add_outcome(Outcome(plan.id, "failed", {}, {}, {}, now, now, run_id, message))
    return renewed


def _abandon(ledger: Ledger, plan: Plan, run_id: str) -> Outcome:
    now = time.time()
    message = "its run ended without a word; the link returns by fresh evidence of its health"
    outcome = Outcome(plan.id, "failed", {}, {}, {}, now, now, run_id, message)
    ledger.add_outcome(outcome)
    return outcome


def _decide(prediction: Prediction, state: NetworkState, policy: Policy) -> Plan | str:
    """Return the plan, or the reason why there is none."""
    age = time.time() - prediction.made_at
    if age > policy.plan_expires_s:
        return f"the prediction for {prediction.target} is {age:.0f} s old; wait for a fresh one"
    try:
        decision = decide(prediction, state, policy)
    except UnknownLink as error:
        return str(error)
    return decision.reason if isinstance(decision, Refusal) else decision


def _refuse(ledger: Ledger, prediction: Prediction, reason: str, run_id: str) -> Outcome:
    now = time.time()
    drains = prediction.kind == "link_failure"
    plan = Plan(
        id=new_id("plan"),
        playbook="drain_link" if drains else "undrain_link",
        limit=(),
        variables={"link": prediction.target},
        reason=reason,
        prediction=prediction.id,
        expected={},
        checks=(),
        undo="undrain_link" if drains else "drain_link",
        expires=now,
    )
    outcome = Outcome(plan.id, "refused", {}, {}, {}, now, now, run_id, reason)
    ledger.add_plan(plan)
    ledger.add_outcome(outcome)
    return outcome


def _act(ledger: Ledger, plan: Plan, run_id: str, on_event: OnEvent | None) -> Outcome:
    started = time.time()
    variables = {"plan_file": str(write_plan(plan))}
    result = run(plan.playbook, variables, on_event=on_event, timeout_s=TIMEOUT_S)
    outcome = _outcome(plan, result, started, run_id)
    ledger.add_outcome(outcome)
    return outcome


def write_plan(plan: Plan) -> Path:
    """Write a plan where its playbook reads it and return the path."""
    path = home.var().resolve() / "plans" / f"{plan.id}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(plan.to_dict(), indent=2) + "\n")
    temporary.replace(path)
    return path


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


def _loads(site: Site) -> dict[str, float] | None:
    """Return the measured loads in bit/s by direction, None when there are none."""
    store = Store(home.var() / "telemetry")
    age = site.policy.load_max_age_s
    return load.directions(store, site.topology, site.agents, age) or None


def _agents(data: Mapping[str, Any]) -> list[Agent]:
    if "snmp" not in data:
        return []
    credentials = Credentials.from_file(Path(data["snmp"]))
    return [Agent(host, where, credentials) for host, where in data.get("devices", {}).items()]


def _drained(ledger: Ledger, prediction_id: str) -> frozenset[str]:
    """Return the links that are drained, or about to be, by what the ledger holds."""
    # A return under way has not returned its link yet.
    begun = [
        plan.variables.get("link")
        for plan in ledger.plans_under_way(time.time())
        if plan.playbook == "drain_link" and plan.prediction != prediction_id
    ]
    return frozenset(ledger.drained_links()).union(x for x in begun if isinstance(x, str))


@contextmanager
def _locked(name: str) -> Iterator[None]:
    """Hold a lock between the processes of this host; it falls with the process."""
    path = home.var() / "locks" / f"{Path(name).name}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        flock(handle, LOCK_EX)
        yield
    finally:
        os.close(handle)
