"""A decision in words: which evidence, which threshold, what else was considered and refused."""

import math
from collections.abc import Iterator
from dataclasses import replace

from analytics.decide.drain import Expectation, assess_drain
from analytics.decide.policy import Policy
from analytics.decide.state import DEAD_TIMER_S, NetworkState, Refusal
from forerunner.model import Plan, Prediction
from forerunner.topology import UnknownLink

# Rules that another state of the network, or of what is known of it, would let be kept.
_OF_THE_NETWORK = frozenset({"cuts_network", "too_many_drained", "overloads", "loads_unknown"})


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
        yield f"considered and refused: waiting for the fault, which {_waiting(prediction, state)}"
    else:
        yield f"considered and refused: draining it, for {_cause(decision)}"
        yield f"waiting instead {_waiting(prediction, state)}"
    if isinstance(decision, Plan) or decision.cause in _OF_THE_NETWORK:
        yield from _returning(prediction, state, policy, decision)
        yield from _relaxed(prediction, state, policy, decision)


def _waiting(prediction: Prediction, state: NetworkState) -> str:
    """Tell what traffic is expected to lose where the link is left as it is."""
    ways = [way.name for way in state.topology.link(prediction.target).directions]
    loads = state.loads or {}
    if any(name not in loads for name in ways):
        return f"loses an unknown load until OSPF's dead timer, {DEAD_TIMER_S:g} s after the fault"
    load = sum(loads[name] for name in ways) / 1e6
    lost = prediction.probability * load * DEAD_TIMER_S
    return (
        f"is expected to lose {lost:.3g} Mbit: {load:.3g} Mbit/s for the {DEAD_TIMER_S:g} s of "
        f"OSPF's dead timer, with probability {prediction.probability:.3f}"
    )


def _returning(
    prediction: Prediction, state: NetworkState, policy: Policy, decision: Plan | Refusal
) -> Iterator[str]:
    """Tell of each drained link what its return before this drain would change."""
    for name in sorted(state.drained):
        rest = replace(state, drained=state.drained - {name})
        try:
            found = assess_drain(prediction.target, rest, policy)
        except UnknownLink:
            continue
        if isinstance(found, Refusal):
            then = f"would not help, for {_cause(found)}"
        elif isinstance(decision, Plan):
            now = max(decision.expected.values(), default=0.0)
            then = f"would have the busiest other link carry {_busiest(found):.0%}, not {now:.0%}"
        else:
            then = f"would let it through, the busiest other link at {_busiest(found):.0%}"
        yield f"considered: returning {name} first, which {then} and is not done on a prediction"


def _relaxed(
    prediction: Prediction, state: NetworkState, policy: Policy, decision: Plan | Refusal
) -> Iterator[str]:
    """Tell what the drain would do without the rule about loads that refused it."""
    if isinstance(decision, Plan) or decision.cause not in ("overloads", "loads_unknown"):
        return
    ways = [way.name for link in state.topology.links for way in link.directions]
    loads = {name: (state.loads or {}).get(name, 0.0) for name in ways}
    anything = replace(policy, maximum_utilisation=math.inf)
    found = assess_drain(prediction.target, replace(state, loads=loads), anything)
    if isinstance(found, Refusal):
        return
    if decision.cause == "overloads":
        yield f"considered: draining it all the same, the busiest other at {_busiest(found):.0%}"
    elif state.loads:
        yield (
            "considered: draining it unseen, which leaves a path and, were all unknown loads 0, "
            f"the busiest other link at {_busiest(found):.0%}"
        )
    else:
        yield "considered: draining it unseen, which leaves a path, loaded as nobody knows"


def _busiest(found: Expectation) -> float:
    return max(found.utilisation.values(), default=0.0)


def _cause(decision: object) -> str:
    return f"rule {decision.cause.replace('_', ' ')}" if isinstance(decision, Refusal) else ""
