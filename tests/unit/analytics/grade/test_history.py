"""Grades come from the ledger and the telemetry store, and outlive the telemetry."""

import json
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from analytics.__main__ import application
from analytics.decide import Policy
from analytics.grade import Cost, record
from analytics.grade.book import GradeBook
from analytics.grade.history import History
from analytics.grade.recorded import rerun
from analytics.inventory import read_policy
from forerunner import home
from forerunner.errors import ForerunnerError
from forerunner.ledger import Ledger
from forerunner.model import Outcome, Plan, Sample
from forerunner.store import Store
from forerunner.topology import Topology
from tests.unit.analytics.grade.conftest import BEGUN, FILE, grade, prediction

LINKS = [{"ends": ["r1", "r3"], "subnet": "10.1.0.0/30", "capacity": 1e9, "cost": 10}]
NOW = BEGUN + 200.0


@pytest.fixture
def history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[History]:
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path))
    monkeypatch.delenv("FORERUNNER_LEDGER", raising=False)
    monkeypatch.delenv("FORERUNNER_TELEMETRY", raising=False)
    ledger = Ledger.open()
    store = Store(home.telemetry())
    yield History(ledger, store, Topology.from_data(LINKS), now=NOW)
    ledger.close()


@pytest.fixture
def policy(request: pytest.FixtureRequest) -> Policy:
    return read_policy(Path(request.config.rootpath) / FILE)


def measure(
    history: History,
    lost: Callable[[float], float] = lambda _: 0.0,
    probability: Callable[[float], float] = lambda _: 0.0,
) -> None:
    """Write what probes gave from 60 s before the prediction to 70 s after it."""
    there, back = history.topology.links[0].directions
    times = [round(-60 + index / 10, 1) for index in range(1300)]
    history.store.append(
        Sample(BEGUN + time, way.host, way.interface, metric, value)
        for time in times
        for way, metric, value in (
            (there, "probe_sent", 10.0),
            (there, "probe_lost", lost(time)),
            (back, "probe_sent", 10.0 - lost(time)),
            (back, "probe_lost", 0.0),
            (there, "probe_rtt_s", 0.0003),
            (there, "link_failure_probability", probability(time)),
        )
    )


def act(history: History, playbook: str, at: float) -> None:
    plan = Plan(
        f"{playbook}-{at}", playbook, ("r1", "r3"), {"link": "r1:r3"}, "why",
        "p-1" if playbook == "drain_link" else None, {}, (), "undrain_link", at + 60,
    )  # fmt: skip
    history.ledger.add_plan(plan)
    history.ledger.add_outcome(Outcome(plan.id, "verified", {}, {}, {}, at - 1, at, "cli"))


def test_a_fault_on_the_drained_link_is_right_and_its_cost_is_told(history: History) -> None:
    history.ledger.add_prediction(prediction())
    act(history, "drain_link", BEGUN + 4)
    act(history, "undrain_link", BEGUN + 124)
    measure(history, lost=lambda time: 10.0 if time >= 20 else float(-5 < time <= 8))
    (made,) = history.grades()

    assert (made.verdict, made.settled, made.acted) == ("right", True, True)
    assert made.lead_s == pytest.approx(20.0, abs=0.11)
    assert made.cost.lost_before == pytest.approx(90, abs=2)
    assert made.cost.lost_after is not None
    assert made.cost.lost_after == pytest.approx(40 + 4000, abs=30)
    assert made.cost.service_s == pytest.approx(120.0)


def test_a_settled_grade_outlives_the_telemetry(history: History) -> None:
    history.ledger.add_prediction(prediction())
    measure(history)
    assert [x.verdict for x in history.grades()] == ["false_alarm"]
    shutil.rmtree(home.telemetry())

    assert [x.verdict for x in history.grades()] == ["false_alarm"]


def test_a_verdict_that_stands_is_kept_and_its_cost_may_grow(history: History) -> None:
    book = GradeBook(history.ledger)
    book.put([grade(0, "false_alarm", cost=Cost(1, 2, None))])
    book.put([grade(0, "right", cost=Cost(1, 2, 3.0))])
    (kept,) = book.newest()

    assert (kept.verdict, kept.cost.service_s) == ("false_alarm", 3.0)


def test_without_telemetry_nobody_can_tell(history: History) -> None:
    history.ledger.add_prediction(prediction())

    assert [x.verdict for x in history.grades()] == ["unknown"]


def test_an_open_grade_is_not_written_down(history: History) -> None:
    history.ledger.add_prediction(prediction())
    early = replace(history, now=BEGUN + 10)
    assert [x.settled for x in early.grades()] == [False]
    measure(history)

    assert [x.verdict for x in history.grades()] == ["false_alarm"]


def test_the_time_out_of_service_is_added_once_the_link_is_back(history: History) -> None:
    history.ledger.add_prediction(prediction())
    act(history, "drain_link", BEGUN + 4)
    measure(history)
    assert [x.cost.service_s for x in history.grades()] == [None]
    act(history, "undrain_link", BEGUN + 304)

    assert [x.cost.service_s for x in history.grades()] == [300.0]
    assert [x.cost.service_s for x in history.grades()] == [300.0]


def test_a_refused_plan_is_no_act(history: History) -> None:
    history.ledger.add_prediction(prediction())
    plan = Plan("n", "drain_link", (), {"link": "r1:r3"}, "w", "p-1", {}, (), "undrain_link", 0)
    history.ledger.add_plan(plan)
    history.ledger.add_outcome(Outcome("n", "refused", {}, {}, {}, 1, 1, "cli"))

    assert [x.acted for x in history.grades()] == [False]


def test_every_prediction_is_graded_however_many_there_are(history: History) -> None:
    for index in range(520):
        history.ledger.add_prediction(replace(prediction(), id=f"q-{index}", target="r1:r9"))

    assert len(history.grades()) == 520
    assert len(GradeBook(history.ledger).newest()) == 520


def test_on_the_way_to_an_act_each_one_that_was_acted_on_is_looked_at(history: History) -> None:
    history.ledger.add_prediction(prediction())
    act(history, "drain_link", BEGUN + 4)
    for index in range(3):
        history.ledger.add_prediction(replace(prediction(), id=f"q-{index}", made_at=BEGUN + 1))
    open_yet = replace(history, now=BEGUN + 10).grades(newest=2)

    assert [x.prediction for x in open_yet if x.acted] == ["p-1"]
    assert [x.prediction for x in open_yet if x.why == "not looked at yet"] == ["q-0"]
    assert record("drain_link", open_yet).unproven == 1


def test_a_false_alarm_counts_however_many_were_graded_since(history: History) -> None:
    book = GradeBook(history.ledger)
    book.put([grade(0, "false_alarm"), *(grade(index) for index in range(1, 5))])

    assert [x.prediction for x in book.newest(2)] == ["p-4", "p-3", "p-0"]


def test_a_stricter_candidate_acts_less_on_what_the_ledger_holds(
    history: History, policy: Policy
) -> None:
    history.ledger.add_prediction(prediction())
    measure(history)
    since = BEGUN - 100

    assert rerun(history, policy, since, False).false_alarms == 1
    stricter = replace(policy, act_probability=0.999)
    assert rerun(history, stricter, since, False).acts == 0


def test_a_candidate_that_acts_earlier_is_found_in_the_recorded_probabilities(
    history: History, policy: Policy
) -> None:
    measure(
        history,
        lost=lambda time: 10.0 if time >= 30 else 0.0,
        probability=lambda time: 0.9 if -10 < time <= 5 else 0.999 if time > 5 else 0.0,
    )
    since = BEGUN - 100
    now, earlier = (
        rerun(history, x, since, True) for x in (policy, replace(policy, act_probability=0.8))
    )

    assert (now.acts, now.right, earlier.acts, earlier.right) == (1, 1, 1, 1)
    assert now.lead_s == pytest.approx(25.0, abs=0.2)
    assert earlier.lead_s == pytest.approx(40.0, abs=0.2)


def test_acts_that_are_re_run_look_as_far_ahead_as_the_model(
    history: History, policy: Policy
) -> None:
    measure(
        history,
        lost=lambda time: 10.0 if time >= 62 else 0.0,
        probability=lambda time: 0.999 if time > 0 else 0.0,
    )
    further, nearer = (
        rerun(history, replace(policy, horizon_s=x), BEGUN - 100, True) for x in (300.0, 30.0)
    )

    assert (further.acts, further.false_alarms) == (1, 1)
    assert nearer.acts == 0


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--recorded", "--hours", "5", "--detector", "cusum"], "--hours, --detector"),
        (["--recorded", "--model", "x.json"], "--model"),
        (["--telemetry"], "--telemetry"),
        (["--links", "x.yml"], "--links"),
    ],
)
def test_an_option_that_would_mean_nothing_is_refused(words: list[str], named: str) -> None:
    found = CliRunner().invoke(application, ["replay", *words])

    assert isinstance(found.exception, ForerunnerError)
    assert str(found.exception).startswith(f"{named} is of ")


def test_the_policy_in_service_is_the_one_that_decisions_stand_on(
    history: History, policy: Policy, tmp_path: Path
) -> None:
    history.ledger.add_prediction(prediction())
    history.ledger.add_prediction(
        replace(prediction(), id="now", made_at=time.time() - 70, probability=0.7)
    )
    (tmp_path / "observe").mkdir()
    serving = {"policy": vars(replace(policy, act_probability=0.6))}
    (tmp_path / "observe" / "config.json").write_text(json.dumps(serving))
    links = tmp_path / "network.yml"
    links.write_text(json.dumps({"network_links": LINKS}))
    said = CliRunner().invoke(application, ["replay", "--recorded", "--links", str(links)])
    found = json.loads((tmp_path / "replay" / "recorded.json").read_text())

    assert said.exit_code == 0, said.output
    assert [found[name]["acts"] for name in ("in service", "candidate")] == [1, 1]


def test_the_commands_print_records_and_policies_side_by_side(
    history: History, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    history.ledger.add_prediction(prediction())
    links = tmp_path / "network.yml"
    links.write_text(json.dumps({"network_links": LINKS}))
    runner = CliRunner()
    said: dict[str, Any] = json.loads(
        runner.invoke(application, ["grade", "--json", "--links", str(links)]).stdout
    )
    drain, undrain = said["playbooks"]

    assert (drain["playbook"], drain["level"]) == ("drain_link", "act")
    assert "grant" in undrain["reason"]
    shown = runner.invoke(application, ["grade", "--links", str(links)])
    assert "drain_link may act" in shown.stdout
    path = str(Path(request.config.rootpath) / FILE)
    again = runner.invoke(application, ["replay", "--recorded", "--policy", path])
    assert "candidate" in again.stdout
    assert (tmp_path / "replay" / "recorded.json").is_file()
