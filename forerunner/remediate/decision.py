"""What a prediction calls for: a new plan, one that was begun, or an outcome that there is."""

import time
from dataclasses import replace

from analytics.decide import NetworkState, Policy, Refusal, decide, explain
from forerunner.ledger import Ledger
from forerunner.model import Outcome, Plan, Prediction, new_id
from forerunner.remediate.autonomy import held_back
from forerunner.remediate.locks import locked
from forerunner.remediate.site import Site
from forerunner.topology import UnknownLink

_FINAL = frozenset({"verified", "undone", "refused", "check"})
# So much of a plan's time must be left for its playbook to begin with it.
_MARGIN_S = 10.0


def settle(ledger: Ledger, prediction: Prediction, run_id: str) -> Plan | Outcome:
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
    loads = None if stale else site.loads()
    with locked("decide"):
        state = NetworkState(site.topology, {}, loads, _drained(ledger, prediction.id))
        decision = _decide(prediction, state, site.policy)
        if isinstance(decision, str):
            return _refuse(ledger, prediction, decision, run_id)
        ledger.add_plan(decision)
        # Under the lock, so that two predictions at once cannot both be the first act.
        return held_back(ledger, site, decision, run_id) or decision


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
    with locked("decide"):
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
    reason = f"{decision.reason} [{explain(prediction, state, policy, decision)}]"
    return reason if isinstance(decision, Refusal) else replace(decision, reason=reason)


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


def _drained(ledger: Ledger, prediction_id: str) -> frozenset[str]:
    """Return the links that are drained, or about to be, by what the ledger holds."""
    # A return under way has not returned its link yet.
    begun = [
        plan.variables.get("link")
        for plan in ledger.plans_under_way(time.time())
        if plan.playbook == "drain_link" and plan.prediction != prediction_id
    ]
    return frozenset(ledger.drained_links()).union(x for x in begun if isinstance(x, str))
