"""A drain by hand stands in the ledger: before it is done as meant, afterwards as it came out."""

from pathlib import Path
from typing import Any

import pytest

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
