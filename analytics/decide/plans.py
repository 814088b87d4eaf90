"""The decision itself: one prediction in, one plan or one refusal out."""

from analytics.decide.drain import assess_drain, drain_order
from analytics.decide.policy import Policy
from analytics.decide.state import NetworkState, Refusal
from forerunner.model import Plan, Prediction, new_id

CHECKS = ("path_moved", "ospf_full", "probes_clean")


def decide(prediction: Prediction, state: NetworkState, policy: Policy) -> Plan | Refusal:
    """Return the plan that a prediction calls for, or why there is none.

    `link_failure` gives a plan for `drain_link`, `link_recovery` one for `undrain_link`. Its
    time to live counts from the prediction, not from the decision: old news must not be
    acted on.

    Args:
        prediction: What is about to happen. A `link_recovery` carries `healthy_for_s` in its
            evidence and may carry `required_hold_s`, both in seconds.
        state: The network as it is now.
        policy: What the operator allows.

    Raises:
        UnknownLink: The topology has no link of the prediction's target.
    """
    if prediction.kind == "link_recovery":
        return _return_link(prediction, state, policy)
    return _empty_link(prediction, state, policy)


def _empty_link(prediction: Prediction, state: NetworkState, policy: Policy) -> Plan | Refusal:
    link = state.topology.link(prediction.target).name
    if prediction.probability < policy.act_probability:
        reason = (
            f"{link} fails with probability {prediction.probability:.3f} and the policy acts "
            f"from {policy.act_probability:.3f}; watch it"
        )
        return Refusal(link, "improbable", reason)
    if prediction.horizon_s > policy.horizon_s:
        reason = (
            f"the prediction for {link} looks {prediction.horizon_s:g} s ahead and the policy "
            f"acts on {policy.horizon_s:g} s at the most; train with that horizon or raise it"
        )
        return Refusal(link, "too_far_ahead", reason)
    expectation = assess_drain(link, state, policy)
    if isinstance(expectation, Refusal):
        return expectation
    when = f", in about {prediction.lead_time_s:.0f} s" if prediction.lead_time_s else ""
    reason = (
        f"{link} fails within {prediction.horizon_s:g} s with probability "
        f"{prediction.probability:.3f}{when}; the busiest other link would carry "
        f"{max(expectation.utilisation.values(), default=0.0):.0%}"
    )
    return _plan(prediction, state, policy, reason, dict(expectation.utilisation))


def _return_link(prediction: Prediction, state: NetworkState, policy: Policy) -> Plan | Refusal:
    link = state.topology.link(prediction.target).name
    if link not in {state.topology.link(name).name for name in state.drained}:
        reason = f"{link} is in service already; nothing to do"
        return Refusal(link, "not_drained", reason)
    healthy = _seconds(prediction, "healthy_for_s")
    needed = max(policy.healthy_for_s, _seconds(prediction, "required_hold_s"))
    if healthy < needed:
        reason = (
            f"{link} has been healthy for {healthy:.0f} s and must be for {needed:.0f} s "
            f"before it returns to service; wait {needed - healthy:.0f} s more"
        )
        return Refusal(link, "not_healthy", reason)
    reason = f"{link} has been healthy for {healthy:.0f} s, {needed:.0f} s were asked for"
    return _plan(prediction, state, policy, reason, {})


def _seconds(prediction: Prediction, name: str) -> float:
    value = prediction.evidence.get(name, 0.0)
    return float(value) if isinstance(value, int | float) else 0.0


def _plan(
    prediction: Prediction,
    state: NetworkState,
    policy: Policy,
    reason: str,
    expected: dict[str, float],
) -> Plan:
    link = state.topology.link(prediction.target).name
    drains = prediction.kind == "link_failure"
    return Plan(
        id=new_id("plan"),
        playbook="drain_link" if drains else "undrain_link",
        limit=tuple(way.host for way in drain_order(state.topology, link)),
        variables={"link": link},
        reason=reason,
        prediction=prediction.id,
        expected=expected,
        checks=CHECKS,
        undo="undrain_link" if drains else "drain_link",
        expires=prediction.made_at + policy.plan_expires_s,
    )
