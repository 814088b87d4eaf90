"""A small network and a policy to decide on."""

import pytest

from analytics.decide import NetworkState, Policy
from forerunner.topology import Topology

CAPACITY = 1e9
ENDS = [("r1", "r2"), ("r2", "r3"), ("r3", "r4"), ("r4", "r5"), ("r5", "r6"), ("r1", "r6")]


@pytest.fixture
def topology() -> Topology:
    """Return the lab's ring of six with the chord r1:r3."""
    return Topology.from_data(
        {"ends": list(ends), "subnet": f"10.1.{index}.0/30", "capacity": CAPACITY, "cost": 10}
        for index, ends in enumerate([*ENDS, ("r1", "r3")])
    )


@pytest.fixture
def state(topology: Topology) -> NetworkState:
    """Return a network in which every direction carries 100 Mbit/s."""
    loads = {way.name: 1e8 for link in topology.links for way in link.directions}
    return NetworkState(topology, {}, loads, frozenset())


@pytest.fixture
def policy() -> Policy:
    return Policy(
        act_probability=0.9,
        clear_probability=0.5,
        horizon_s=60,
        cooldown_s=60,
        maximum_utilisation=0.8,
        load_max_age_s=10,
        maximum_drained_links=2,
        healthy_for_s=20,
        hold_factor=2,
        maximum_hold_s=600,
        plan_expires_s=30,
    )
