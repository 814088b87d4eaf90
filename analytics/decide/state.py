"""What a decision is taken on, and what it says when it says no."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from forerunner.topology import Topology

DEAD_TIMER_S = 4.0
"""Seconds of silence after which OSPF takes a neighbour for lost, as the routers are set up."""

Cause = Literal[
    "improbable",
    "too_far_ahead",
    "already_drained",
    "not_drained",
    "cuts_network",
    "too_many_drained",
    "loads_unknown",
    "overloads",
    "not_healthy",
    "one_end_only",
    "unprotected",
]


@dataclass(frozen=True)
class NetworkState:
    """The network as it is now.

    Attributes:
        topology: Its links.
        costs: OSPF cost by direction, as `r1>r3`, where it is not the inventory's.
        loads: Measured load in bit/s by direction; None when it could not be measured.
        drained: Names of the links that are drained.
    """

    topology: Topology
    costs: Mapping[str, int]
    loads: Mapping[str, float] | None
    drained: frozenset[str]


@dataclass(frozen=True)
class Refusal:
    """A change that is not made.

    Attributes:
        target: Name of the link, or of the part of a rollout.
        cause: Which rule refused.
        reason: One sentence for people: what, how much, and what to do about it.
    """

    target: str
    cause: Cause
    reason: str
