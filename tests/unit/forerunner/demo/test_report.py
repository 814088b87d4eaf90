"""What the demo says of two runs."""

import json
from dataclasses import replace

import pytest
import yaml

from forerunner import home
from forerunner.demo import report
from forerunner.demo.story import Story
from forerunner.ledger import Entry
from forerunner.model import Outcome, Plan, Prediction
from forerunner.topology import Topology
from forerunner.trials.reaction import Reaction
from forerunner.trials.trial import Trial

BEGAN = 1_800_000_000.0
KEYS = {
    "scenario",
    "unprotected",
    "protected",
    "lead_time_s",
    "prediction_to_verified_s",
    "playbook",
    "verified",
    "undrained",
    "airflow_run_id",
    "false_drains_before_fault",
}


def _trial(arm: str, lost: int) -> Trial:
    return Trial(
        arm=arm,
        kind="linear",
        seed=7,
        sent=12_000,
        lost=lost,
        losses=((10.0, lost // 2), (20.0, lost - lost // 2)),
        began_at=BEGAN,
        onset_at=BEGAN + 5,
        fault_at=BEGAN + 35,
        ended_at=BEGAN + 55,
        capture=f"{arm}-linear-7.pcap",
    )


def _entry(reason: str = "drain it") -> Entry:
    prediction = Prediction(
        "p1", "link_failure", "r1:r3", 0.96, 24.0, 60.0, {"loss": 0.04}, "m", BEGAN + 8
    )
    plan = Plan(
        "plan1",
        "drain_link",
        ("r1", "r3"),
        {"link": "r1:r3"},
        reason,
        "p1",
        {"r1>r2": 0.01},
        ("path_moved",),
        "undrain_link",
        BEGAN + 60,
    )
    outcome = Outcome(
        "plan1",
        "verified",
        {"r1": {"status": "changed", "message": ""}},
        {"r1>r3": 10},
        {"r1>r3": 65535},
        BEGAN + 8,
        BEGAN + 13,
        "asset_triggered__1",
    )
    return Entry(plan, prediction, (outcome,))


@pytest.fixture
def story() -> Story:
    path = home.root() / "inventories" / "lab" / "group_vars" / "all" / "network.yml"
    links = yaml.safe_load(path.read_text())["network_links"]
    entry = _entry()
    answer = Reaction((entry,), entry, BEGAN + 8, BEGAN + 13)
    bare, guarded = _trial("unprotected", 900), _trial("protected", 40)
    return Story(
        bare, guarded, answer, (), True, ((0.0, 0.0), (9.0, 1.0)), Topology.from_data(links)
    )


def test_the_json_report_has_the_stated_fields(story: Story) -> None:
    facts = json.loads(json.dumps(story.to_dict()))
    assert set(facts) == KEYS
    assert facts["protected"] == {"sent": 12_000, "lost": 40}
    assert facts["lead_time_s"] == 22.0
    assert facts["prediction_to_verified_s"] == 5.0
    assert facts["airflow_run_id"] == "asset_triggered__1"


def test_a_run_without_a_drain_is_told_as_such(story: Story) -> None:
    silent = replace(story, answer=Reaction((), None, None, None), undrained=False)
    facts = silent.to_dict()
    assert facts["verified"] is False
    assert facts["lead_time_s"] is None
    assert "No drain was verified" in report.render(silent)


def test_the_page_stands_alone(story: Story) -> None:
    page = report.render(story)
    assert "900" in page
    assert "drain it" in page
    assert "http" not in page
    assert "src=" not in page


def test_text_from_outside_is_escaped_and_never_templated(story: Story) -> None:
    entry = _entry("<script>alert(1)</script> {{7*7}}")
    hostile = replace(story, answer=replace(story.answer, entries=(entry,), drain=entry))
    page = report.render(hostile)
    assert "<script>" not in page
    assert "{{7*7}}" in page
