"""A decision in words: which evidence, which threshold, what else was considered and refused."""

from collections.abc import Iterator

from analytics.decide.drain import assess_drain
from analytics.decide.policy import Policy
from analytics.decide.state import NetworkState, Refusal
from forerunner.model import Plan, Prediction
from forerunner.topology import UnknownLink


def explain(
    prediction: Prediction, state: NetworkState, policy: Policy, decision: Plan | Refusal
) -> str:
    """Return what a decision stood on, and why it was not another one.

    Args:
        prediction: What was predicted.
        state: The network as the decision saw it.
        policy: What the operator allows.
        decision: What `decide` said.
    """
    considered = "; ".join(_considered(prediction, state, policy, decision))
    return (
        f"evidence: {_evidence(prediction)}; {_threshold(prediction, state, policy)}; {considered}"
    )


def _evidence(prediction: Prediction) -> str:
    shown = [
        f"{name} {value:+.3g}" if isinstance(value, int | float) else f"{name} {value!r:.60}"
        for name, value in list(prediction.evidence.items())[:5]
    ]
    return f"{', '.join(shown) or 'none was given'} (model {prediction.model})"


def _threshold(prediction: Prediction, state: NetworkState, policy: Policy) -> str:
    if prediction.kind == "link_recovery":
        return f"threshold: healthy for {policy.healthy_for_s:g} s, longer after relapses"
    return (
        f"threshold: probability {prediction.probability:.3f} of {policy.act_probability:.3f}, "
        f"horizon {prediction.horizon_s:g} s of {policy.horizon_s:g} s, no other link beyond "
        f"{policy.maximum_utilisation:.0%}, {len(state.drained)} of "
        f"{policy.maximum_drained_links} links drained"
    )


def _considered(
    prediction: Prediction, state: NetworkState, policy: Policy, decision: Plan | Refusal
) -> Iterator[str]:
    acts = isinstance(decision, Plan)
    if prediction.kind == "link_recovery":
        other = "leaving it drained" if acts else "returning it now"
        why = "it is healthy and its capacity is missed" if acts else _cause(decision)
        yield f"considered and refused: {other}, for {why}"
        return
    if acts:
        yield (
            "considered and refused: waiting for the fault, for OSPF sees it only after its dead "
            "timer, and loses packets until then"
        )
    else:
        yield f"considered and refused: draining it, for {_cause(decision)}"
    yield from _returning(prediction, state, policy, decision)


def _returning(
    prediction: Prediction, state: NetworkState, policy: Policy, decision: Plan | Refusal
) -> Iterator[str]:
    """Tell of each drained link whether its return would have let this drain through."""
    if isinstance(decision, Plan) or decision.cause not in ("cuts_network", "too_many_drained"):
        return
    for name in sorted(state.drained):
        rest = NetworkState(state.topology, state.costs, state.loads, state.drained - {name})
        try:
            found = assess_drain(prediction.target, rest, policy)
        except UnknownLink:
            continue
        helps = not isinstance(found, Refusal)
        then = "would let it through" if helps else f"would not help, for {_cause(found)}"
        yield f"considered: returning {name} first, which {then} and is not done on a prediction"


def _cause(decision: object) -> str:
    return f"rule {decision.cause.replace('_', ' ')}" if isinstance(decision, Refusal) else ""
