"""A drain by hand stands in the ledger: before it is done as meant, afterwards as it came out."""

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from forerunner.drain import run
from forerunner.drain.record import recorded
from forerunner.drain.report import Report
from forerunner.drain.request import Request
from forerunner.fleet import DeviceResult
from forerunner.ledger import Ledger, LedgerError

HOSTS = {name: DeviceResult("changed", "cost 65535") for name in ("r1", "r3")}


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    place = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    monkeypatch.setenv("FORERUNNER_LEDGER", place)
    return place


def test_the_plan_is_written_before_and_the_outcome_after(
    url: str, parameters: dict[str, Any]
) -> None:
    ledger = Ledger.open(url)
    seen: list[int] = []

    def act() -> Report:
        seen.append(len(ledger.entries()[0].outcomes))
        return Report("verified", "r1:r3 is drained and verified", HOSTS)

    report = recorded(Request.from_data(parameters), act)

    entry = ledger.entries()[0]
    assert seen == [0]
    assert report.state == "verified"
    assert (entry.plan.playbook, entry.plan.variables) == ("drain_link", {"link": "r1:r3"})
    assert entry.prediction is None
    assert [(x.state, x.run) for x in entry.outcomes] == [("verified", "ansible-playbook")]
    assert entry.outcomes[0].hosts["r1"]["status"] == "changed"


def test_nothing_is_touched_without_a_ledger(
    parameters: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FORERUNNER_LEDGER", f"sqlite:///{tmp_path / 'missing' / 'ledger.sqlite'}")
    acted: list[bool] = []

    def act() -> Report:
        acted.append(True)
        return Report("verified", "", HOSTS)

    with pytest.raises(LedgerError, match="cannot be opened"):
        recorded(Request.from_data(parameters), act)
    assert acted == []


def _planned(parameters: dict[str, Any], directory: Path, prediction: str | None = None) -> Request:
    plan = {
        "id": "plan-1",
        "playbook": "drain_link",
        "limit": ["r1", "r3"],
        "variables": {"link": "r1:r3"},
        "reason": "it is failing",
        "prediction": prediction,
        "expected": {},
        "checks": [],
        "undo": "undrain_link",
        "expires": time.time() + 60,
    }
    path = directory / "plan.json"
    path.write_text(json.dumps(plan))
    return Request.from_data({**parameters, "link": None, "plan_file": str(path)})


def _verified() -> Report:
    return Report("verified", "r1:r3 is drained and verified", HOSTS)


@pytest.mark.parametrize("prediction", [None, "prediction-unheard-of"])
def test_a_plan_from_elsewhere_is_entered_as_a_persons(
    url: str, parameters: dict[str, Any], tmp_path: Path, prediction: str | None
) -> None:
    recorded(_planned(parameters, tmp_path, prediction), _verified)
    entry = Ledger.open(url).entries()[0]
    assert (entry.plan.id, entry.plan.prediction) == ("plan-1", None)
    assert [x.state for x in entry.outcomes] == ["verified"]


def test_a_plan_that_the_ledger_holds_gets_its_outcome(
    url: str, parameters: dict[str, Any], tmp_path: Path
) -> None:
    request = _planned(parameters, tmp_path)
    assert request.plan is not None
    ledger = Ledger.open(url)
    ledger.add_plan(request.plan)
    recorded(request, _verified)
    assert [(x.plan.id, len(x.outcomes)) for x in ledger.entries()] == [("plan-1", 1)]


def test_a_plan_that_was_altered_is_another_one(
    url: str, parameters: dict[str, Any], tmp_path: Path
) -> None:
    request = _planned(parameters, tmp_path)
    assert request.plan is not None
    ledger = Ledger.open(url)
    ledger.add_plan(replace(request.plan, reason="another"))
    recorded(request, _verified)
    newest, oldest = ledger.entries()
    assert (len(newest.outcomes), oldest.outcomes) == (1, ())


@pytest.mark.parametrize(("run_name", "entries"), [(None, 1), ("run-1", 0)])
def test_a_plan_run_by_hand_is_recorded_here_and_a_runners_by_the_runner(
    url: str,
    parameters: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    run_name: str | None,
    entries: int,
) -> None:
    monkeypatch.delenv("FORERUNNER_RUN", raising=False)
    if run_name:
        monkeypatch.setenv("FORERUNNER_RUN", run_name)
    request = _planned(parameters, tmp_path)
    (tmp_path / "drain").touch()  # No lock can be had there: nothing is touched.
    given = {**parameters, "link": None, "plan_file": str(tmp_path / "plan.json")}
    result = run(given)
    assert (result["state"], result["plan"]) == ("failed", request.plan and request.plan.id)
    assert "nothing was touched" in result["message"]
    assert "cannot be locked" in result["hosts"]["r1"]["message"]
    assert len(Ledger.open(url).entries()) == entries
