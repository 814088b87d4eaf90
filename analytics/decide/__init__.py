"""From a prediction, a topology and a policy to a plan, or to a refusal that says why.

Pure: nothing here reads a clock, a file or a network.
"""

from analytics.decide.drain import Expectation, assess_drain, drain_order
from analytics.decide.explain import explain
from analytics.decide.plans import decide
from analytics.decide.policy import Policy
from analytics.decide.state import NetworkState, Refusal
from analytics.decide.survival import Demand, Duties
from analytics.decide.trigger import Trigger
from analytics.decide.waves import Change, Part, Wave, WavePolicy, order_waves, parts_of

__all__ = [
    "Change",
    "Demand",
    "Duties",
    "Expectation",
    "NetworkState",
    "Part",
    "Policy",
    "Refusal",
    "Trigger",
    "Wave",
    "WavePolicy",
    "assess_drain",
    "decide",
    "drain_order",
    "explain",
    "order_waves",
    "parts_of",
]
