"""What a playbook may do by itself is asked before it acts, and what it may not is held back."""

import json
import time
from dataclasses import replace
from typing import Any

import pytest

from analytics.grade import Cost, Grade
from analytics.grade.book import GradeBook
from forerunner.database import Database
from forerunner.errors import InvalidData
from forerunner.events import EventBook
from forerunner.gate import approvals
from forerunner.model import Sample
from forerunner.remediate import remediate
from forerunner.store import Store


def set_ladder(loop, **changes: Any) -> None:
    path = loop.var / "observe" / "config.json"
    config = json.loads(path.read_text())
    config["autonomy"] |= changes
    path.write_text(json.dumps(config))


def grade_before(loop, count: int, verdict: Any) -> None:
    """Write grades of failures predicted a while ago."""
    made = Grade(
        "", "link_failure", "r1:r2", "m 1", 0.995, 0.0, verdict, True, None, True,
        Cost(0, 0, 1.0), "as it was",
    )  # fmt: skip
    now = time.time()
    given = [replace(made, prediction=f"g-{x}", made_at=now - 3600 + x) for x in range(count)]
    GradeBook(loop.ledger).put(given)


def probe(loop, link: str, lost: int, seconds: float = 12.0) -> None:
    """Write what probes of a link gave over the last seconds."""
    there, back = loop.topology.link(link).directions
    now = time.time()
    Store(loop.var / "telemetry").append(
        Sample(now - age / 10, way.host, way.interface, metric, value)
        for age in range(round(seconds * 10))
        for way, metric, value in (
            (there, "probe_sent", 10.0),
            (there, "probe_lost", float(lost)),
            (back, "probe_sent", 10.0 - lost),
            (back, "probe_lost", 0.0),
            (there, "probe_rtt_s", 0.0003),
        )
    )


def test_without_a_grant_or_a_record_it_is_only_written_down(loop) -> None:
    set_ladder(loop, grants=[])
    outcome = remediate(loop.predict(), "cli")

    assert (outcome.state, loop.acts()) == ("refused", [])
    assert "may observe" in outcome.message
    assert EventBook().newest() == []


def test_what_is_not_enforced_holds_nothing_back(loop) -> None:
    set_ladder(loop, enforced=False, grants=[])
    grade_before(loop, 3, "false_alarm")

    assert remediate(loop.predict(), "cli").state == "verified"


def test_a_recommendation_is_posted(loop) -> None:
    set_ladder(loop, grants=[])
    grade_before(loop, 3, "right")
    outcome = remediate(loop.predict(), "cli")

    assert (outcome.state, loop.acts()) == ("refused", [])
    (event,) = EventBook().newest()
    assert (event.kind, event.interface) == ("prediction.recommended", "r1:r3")
    assert event.details["plan"] == outcome.plan


def test_a_good_record_acts_without_a_grant(loop) -> None:
    set_ladder(loop, grants=[])
    grade_before(loop, 14, "right")

    assert remediate(loop.predict(), "cli").state == "verified"


def test_one_false_alarm_takes_the_grant_down_to_an_approval(loop) -> None:
    grade_before(loop, 1, "false_alarm")
    outcome = remediate(loop.predict(), "cli")

    assert (outcome.state, loop.acts()) == ("refused", [])
    assert f"forerunner gate approve {outcome.plan}" in outcome.message
    assert (loop.var / "plans" / f"{outcome.plan}.json").is_file()


def test_what_somebody_approved_is_let_through_and_nothing_else(loop) -> None:
    grade_before(loop, 1, "false_alarm")
    asked = loop.ledger.plan(remediate(loop.predict(), "cli").plan)
    approvals.approve(asked, "ann", 60.0, Database())

    assert remediate(loop.predict("r1:r2"), "cli").state == "refused"
    assert remediate(loop.predict(), "cli").state == "verified"


def test_an_approval_that_has_ended_lets_nothing_through(loop) -> None:
    grade_before(loop, 1, "false_alarm")
    asked = loop.ledger.plan(remediate(loop.predict(), "cli").plan)
    approvals.approve(asked, "ann", -1.0, Database())

    assert remediate(loop.predict(), "cli").state == "refused"


def test_an_act_that_nothing_has_proven_holds_the_next_one_back(loop) -> None:
    set_ladder(loop, unproven_acts=1)

    assert remediate(loop.predict("r4:r5"), "cli").state == "verified"
    outcome = remediate(loop.predict("r1:r3"), "cli")
    assert outcome.state == "refused"
    assert "not proven right yet" in outcome.message


def test_an_act_that_its_link_has_proven_holds_nothing_back(loop) -> None:
    set_ladder(loop, unproven_acts=1)
    remediate(loop.predict("r4:r5", age_s=11.0), "cli")
    probe(loop, "r4:r5", lost=10)

    assert remediate(loop.predict("r1:r3"), "cli").state == "verified"


def test_inputs_that_drift_on_many_links_hold_back_before_any_act(loop) -> None:
    for link in ("r1:r2", "r2:r3", "r1:r3", "r4:r5"):
        probe(loop, link, lost=1)
    outcome = remediate(loop.predict(), "cli")

    assert (outcome.state, loop.acts()) == ("refused", [])
    assert "inputs have drifted: 4 of 4 links" in outcome.message


def test_more_predictions_than_promised_are_not_acted_on(loop) -> None:
    set_ladder(loop, predictions_per_link_hour=0.05)

    assert remediate(loop.predict("r4:r5"), "cli").state == "verified"
    outcome = remediate(loop.predict("r1:r3"), "cli")
    assert outcome.state == "refused"
    assert "2 predictions of failures within 10 min on 7 links" in outcome.message


def test_a_record_that_cannot_be_read_lets_nothing_act(loop) -> None:
    with loop.ledger.transaction() as execute:
        execute("CREATE TABLE grades (prediction TEXT PRIMARY KEY, time REAL, record TEXT)")
        execute("INSERT INTO grades VALUES ('x', 1, '{}')")
    outcome = remediate(loop.predict(), "cli")

    assert (outcome.state, loop.acts()) == ("refused", [])
    assert "cannot be read" in outcome.message


def test_a_site_without_a_ladder_is_refused_by_name(loop) -> None:
    path = loop.var / "observe" / "config.json"
    config = json.loads(path.read_text())
    del config["autonomy"]
    path.write_text(json.dumps(config))

    with pytest.raises(InvalidData, match="autonomy"):
        remediate(loop.predict(), "cli")


def test_a_decision_explains_itself(loop) -> None:
    outcome = remediate(loop.predict(), "cli")
    reason = loop.ledger.plan(outcome.plan).reason

    assert "evidence: loss +0.1 (model test)" in reason
    assert "probability 0.950 of 0.900" in reason
    assert "considered and refused: waiting for the fault" in reason


def test_a_refusal_tells_what_else_was_considered(loop) -> None:
    remediate(loop.predict("r4:r5"), "cli")
    outcome = remediate(loop.predict("r3:r4"), "cli")

    assert "considered and refused: draining it, for rule cuts network" in outcome.message
    assert "returning r4:r5 first, which would let it through" in outcome.message
