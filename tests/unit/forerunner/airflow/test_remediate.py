"""From a prediction to an outcome, at least once and never twice without need."""

import json
import time
from dataclasses import replace

import pytest

from analytics.decide import NetworkState, Policy, decide
from forerunner.errors import InvalidData
from forerunner.ledger import LedgerError
from forerunner.model import Outcome, Plan, new_id
from forerunner.remediate import remediate
from forerunner.remediate.act import _ended_at


def recovery(loop) -> str:
    """Write the prediction of a recovery and return its identifier."""
    found = loop.ledger.prediction(loop.predict())
    evidence = {"healthy_for_s": 1000.0}
    name = new_id("prediction")
    made = replace(found, id=name, kind="link_recovery", evidence=evidence)
    loop.ledger.add_prediction(made)
    return name


def refused_plan(loop) -> str:
    """Write a plan that nobody carried out and return its identifier."""
    name, ends = new_id("plan"), ("r1", "r2")
    variables = {"link": "r1:r2"}
    plan = Plan(name, "drain_link", ends, variables, "why", None, {}, (), "undrain_link", 0.0)
    loop.ledger.add_plan(plan)
    return name


def begun(loop, prediction: str, drained: frozenset[str] = frozenset()) -> Plan:
    """Write a plan as a run that was shot afterwards would have."""
    loads = {way.name: 0.0 for link in loop.topology.links for way in link.directions}
    state = NetworkState(loop.topology, {}, loads, drained)
    plan = decide(loop.ledger.prediction(prediction), state, Policy.from_data(loop.policy))
    assert isinstance(plan, Plan)
    loop.ledger.add_plan(plan)
    return plan


def test_prediction_becomes_a_verified_outcome(loop) -> None:
    prediction = loop.predict()
    outcome = remediate(prediction, "cli")
    (entry,) = loop.ledger.entries()
    assert (outcome.state, outcome.after) == ("verified", {"cost": 65535})
    assert (entry.plan.prediction, entry.outcomes) == (prediction, (outcome,))
    assert loop.acts() == [f"begin {entry.plan.id}", f"end {entry.plan.id}"]


def test_second_call_reports_and_does_nothing(loop) -> None:
    prediction = loop.predict()
    first = remediate(prediction, "cli")
    assert remediate(prediction, "cli") == first
    assert len(loop.acts()) == 2


def test_plan_is_in_the_ledger_before_anything_is_touched(loop) -> None:
    seen = []
    prediction = loop.predict()
    remediate(prediction, "cli", on_event=lambda event: seen.append(loop.ledger.entries()))
    assert [x.outcomes for x in seen[0]] == [()]


def test_begun_plan_is_carried_through(loop) -> None:
    prediction = loop.predict()
    plan = begun(loop, prediction)
    outcome = remediate(prediction, "cli")
    assert (outcome.plan, outcome.state) == (plan.id, "verified")


def test_begun_plan_that_expired_is_carried_through_under_a_new_name(loop) -> None:
    prediction = loop.predict(age_s=100)
    plan = begun(loop, prediction)
    outcome = remediate(prediction, "cli")
    newest, oldest = loop.ledger.entries()
    assert (outcome.plan, outcome.state) == (newest.plan.id, "verified")
    assert newest.plan.hash == plan.hash
    assert "ended without a word" in oldest.outcomes[-1].message


def test_stale_prediction_is_refused(loop) -> None:
    outcome = remediate(loop.predict(age_s=100), "cli")
    assert (outcome.state, loop.acts()) == ("refused", [])
    assert "100 s old" in outcome.message


def test_improbable_failure_is_refused(loop) -> None:
    assert remediate(loop.predict(probability=0.2), "cli").state == "refused"


def test_drain_that_would_cut_the_network_is_refused(loop) -> None:
    remediate(loop.predict("r4:r5"), "cli")
    outcome = remediate(loop.predict("r3:r4"), "cli")
    assert outcome.state == "refused"
    assert len(loop.acts()) == 2


def test_drain_under_way_counts_as_drained(loop) -> None:
    begun(loop, loop.predict("r4:r5"))
    assert remediate(loop.predict("r3:r4"), "cli").state == "refused"


def test_drains_are_remembered_however_much_was_refused_since(loop) -> None:
    remediate(loop.predict("r4:r5"), "cli")
    for _ in range(210):
        refused = refused_plan(loop)
        loop.ledger.add_outcome(Outcome(refused, "refused", {}, {}, {}, 0, 0, "cli"))
    assert remediate(loop.predict("r3:r4"), "cli").state == "refused"


def test_begun_return_is_not_carried_on(loop) -> None:
    remediate(loop.predict(), "cli")
    prediction = recovery(loop)
    plan = begun(loop, prediction, frozenset({"r1:r3"}))
    acts = loop.acts()
    outcome = remediate(prediction, "cli")
    assert (outcome.plan, outcome.state) == (plan.id, "failed")
    assert "fresh evidence" in outcome.message
    assert remediate(prediction, "cli") == outcome
    assert loop.acts() == acts


def test_fresh_evidence_returns_a_link_after_a_begun_return(loop) -> None:
    remediate(loop.predict(), "cli")
    dead = recovery(loop)
    begun(loop, dead, frozenset({"r1:r3"}))
    remediate(dead, "cli")
    entry = loop.ledger.entries(limit=1)[0]
    outcome = remediate(recovery(loop), "cli")
    newest = loop.ledger.entries(limit=1)[0]
    assert newest.plan.playbook == "undrain_link"
    assert newest.plan.id not in (entry.plan.id,)
    assert outcome.plan == newest.plan.id


def test_unknown_link_is_refused_by_name(loop) -> None:
    outcome = remediate(loop.predict("r1:r9"), "cli")
    assert outcome.state == "refused"
    assert "r1:r9" in outcome.message


@pytest.mark.parametrize("state", ["undone", "failed", "unreachable", "refused"])
def test_word_of_the_module_is_the_outcome(loop, state: str) -> None:
    (loop.var / "state").write_text(state)
    outcome = remediate(loop.predict(), "cli")
    assert (outcome.state, outcome.message) == (state, f"r1:r3 is {state}")


def test_failed_act_is_tried_again_while_the_prediction_is_fresh(loop) -> None:
    (loop.var / "state").write_text("failed")
    prediction = loop.predict()
    remediate(prediction, "cli")
    (loop.var / "state").unlink()
    assert remediate(prediction, "cli").state == "verified"


def test_unknown_prediction_is_an_error(loop) -> None:
    with pytest.raises(LedgerError, match="prediction-none"):
        remediate("prediction-none", "cli")


def test_policy_with_a_wrong_field_is_named(loop) -> None:
    path = loop.var / "observe" / "config.json"
    path.write_text(path.read_text().replace("act_probability", "act_probably"))
    with pytest.raises(InvalidData, match="act_probably"):
        remediate(loop.predict(), "cli")


def test_missing_configuration_names_the_next_step(loop) -> None:
    (loop.var / "observe" / "config.json").unlink()
    with pytest.raises(InvalidData, match="start_telemetry"):
        remediate(loop.predict(), "cli")


def test_plan_file_holds_the_plan(loop) -> None:
    outcome = remediate(loop.predict(), "cli")
    plan = loop.ledger.plan(outcome.plan)
    written = json.loads((loop.var / "plans" / f"{plan.id}.json").read_text())
    assert Plan.from_dict(written) == plan


def test_end_is_when_the_module_knew_it_and_never_later_than_now() -> None:
    now = time.time()
    assert _ended_at({"ended_at": now - 3}) == now - 3
    assert now <= _ended_at({"ended_at": now + 1000}) < now + 100
    assert now <= _ended_at({}) < now + 100
