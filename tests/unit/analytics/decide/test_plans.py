"""A prediction becomes the right plan, or a refusal with a reason."""

from dataclasses import replace

import pytest

from analytics.decide import decide
from forerunner.model import Plan, Prediction


@pytest.fixture
def failure() -> Prediction:
    return Prediction("p-1", "link_failure", "r1:r3", 0.95, 22.0, 60, {}, "m 1", 1000.0)


@pytest.fixture
def recovery() -> Prediction:
    evidence = {"healthy_for_s": 45.0, "required_hold_s": 40.0}
    return Prediction("p-2", "link_recovery", "r1:r3", 0.95, None, 60, evidence, "m 1", 1000.0)


def test_a_failure_to_come_gives_a_drain(failure, state, policy) -> None:
    plan = decide(failure, state, policy)
    assert (plan.playbook, plan.undo) == ("drain_link", "undrain_link")
    assert plan.variables == {"link": "r1:r3"}
    assert plan.limit == ("r3", "r1")
    assert plan.prediction == "p-1"
    assert plan.expires == 1030.0
    assert plan.checks == ("path_moved", "ospf_full", "probes_clean")
    assert plan.expected["r1>r2"] == pytest.approx(0.2)
    assert "0.95" in plan.reason
    assert "22 s" in plan.reason


def test_a_plan_survives_json(failure, state, policy) -> None:
    plan = decide(failure, state, policy)
    assert Plan.from_dict(plan.to_dict()) == plan


def test_an_improbable_failure_is_left_alone(failure, state, policy) -> None:
    refusal = decide(replace(failure, probability=0.89), state, policy)
    assert refusal.cause == "improbable"


def test_a_prediction_beyond_the_policys_horizon_is_left_alone(failure, state, policy) -> None:
    assert decide(replace(failure, horizon_s=3600), state, policy).cause == "too_far_ahead"


def test_a_drain_that_would_harm_is_refused(failure, state, policy) -> None:
    assert decide(failure, replace(state, loads=None), policy).cause == "loads_unknown"


def test_a_recovered_link_returns(recovery, state, policy) -> None:
    drained = replace(state, drained=frozenset({"r1:r3"}))
    plan = decide(recovery, drained, policy)
    assert (plan.playbook, plan.undo) == ("undrain_link", "drain_link")
    assert "45 s" in plan.reason


def test_a_link_in_service_is_not_returned(recovery, state, policy) -> None:
    assert decide(recovery, state, policy).cause == "not_drained"


@pytest.mark.parametrize(
    "evidence",
    [{}, {"healthy_for_s": 19.0}, {"healthy_for_s": 30, "required_hold_s": 40}],
)
def test_a_link_that_is_not_healthy_long_enough_waits(recovery, state, policy, evidence) -> None:
    drained = replace(state, drained=frozenset({"r1:r3"}))
    refusal = decide(replace(recovery, evidence=evidence), drained, policy)
    assert refusal.cause == "not_healthy"
    assert "s more" in refusal.reason
