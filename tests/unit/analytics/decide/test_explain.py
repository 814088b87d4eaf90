"""A decision tells what the other ways would have cost, and not a fixed sentence."""

from dataclasses import replace

import pytest

from analytics.decide import decide, explain
from forerunner.model import Prediction


@pytest.fixture
def failure() -> Prediction:
    return Prediction("p-1", "link_failure", "r1:r3", 0.95, 22.0, 60, {}, "m 1", 1000.0)


def said(failure, state, policy) -> str:
    return explain(failure, state, policy, decide(failure, state, policy))


@pytest.mark.parametrize(("load", "lost"), [(1e8, "760 Mbit: 200 Mbit/s"), (1e6, "7.6 Mbit: 2 M")])
def test_waiting_costs_what_the_link_carries(failure, state, policy, load, lost) -> None:
    carried = replace(state, loads={**state.loads, "r1>r3": load, "r3>r1": load})

    assert f"waiting for the fault, which is expected to lose {lost}" in said(
        failure, carried, policy
    )


def test_a_drain_beside_a_drained_link_tells_what_its_return_would_change(
    failure, state, policy
) -> None:
    loads = {**state.loads, "r4>r5": 9e8}
    beside = replace(state, drained=frozenset({"r4:r5"}), loads=loads)

    found = said(failure, beside, policy)
    assert "returning r4:r5 first, which would have the busiest other link carry 90%, not 20%" in (
        found
    )


def test_an_overload_tells_what_draining_all_the_same_would_do(failure, state, policy) -> None:
    found = said(failure, replace(state, loads={**state.loads, "r1>r2": 7.5e8}), policy)

    assert "considered and refused: draining it, for rule overloads" in found
    assert "waiting instead is expected to lose 760 Mbit" in found
    assert "draining it all the same, the busiest other at 85%" in found


def test_an_overload_tells_whether_a_returned_link_would_help(failure, state, policy) -> None:
    tight = replace(policy, maximum_utilisation=0.15)
    found = said(failure, replace(state, drained=frozenset({"r4:r5"})), tight)

    assert "returning r4:r5 first, which would not help, for rule overloads" in found


@pytest.mark.parametrize(
    ("known", "told"),
    [
        (False, "leaves a path, loaded as nobody knows"),
        (True, "were all unknown loads 0, the busiest other link at 20%"),
    ],
)
def test_unknown_loads_tell_what_can_be_told(failure, state, policy, known, told) -> None:
    some = {name: load for name, load in state.loads.items() if name != "r2>r1"}
    found = said(failure, replace(state, loads=some if known else None), policy)

    assert told in found
    assert ("is expected to lose 760 Mbit" if known else "loses an unknown load") in found


def test_an_improbable_failure_has_no_other_network_to_tell_of(failure, state, policy) -> None:
    found = said(replace(failure, probability=0.5), state, policy)

    assert "waiting instead is expected to lose 400 Mbit" in found
    assert "considered: " not in found
