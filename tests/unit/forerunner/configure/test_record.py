"""What a run leaves behind: one word, rates, and whom to retry."""

import json
from pathlib import Path

import pytest

from forerunner.configure import Configuration, record
from forerunner.fleet import DeviceResult
from forerunner.ledger import Ledger

OK = DeviceResult("ok", "r1: as intended")
CHANGED = DeviceResult("changed", "r2: changed, read back and checked")
BACK = DeviceResult("failed", "r3: put back byte for byte, because r3: it no longer reaches r1")
LEFT = DeviceResult("failed", "r4: not touched, for the rollout was halted")
SILENT = DeviceResult("unreachable", "r5: no SSH session")


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path))


def done(*results: DeviceResult, refused: str = "") -> Configuration:
    return Configuration({each.message[:2]: each for each in results}, refused=refused)


@pytest.mark.parametrize(
    ("found", "state"),
    [
        (done(OK, CHANGED), "verified"),
        (done(CHANGED, BACK, LEFT), "undone"),
        (done(CHANGED, SILENT), "unreachable"),
        (done(LEFT, SILENT), "failed"),
        (done(LEFT, refused="refused (unprotected)"), "refused"),
    ],
)
def test_a_run_has_one_word(found: Configuration, state: str) -> None:
    assert record.state_of(found) == state


def test_rates_are_shares_of_the_devices() -> None:
    rates = record.rates(done(OK, CHANGED, BACK, SILENT))

    assert (rates["devices"], rates["succeeded"], rates["failed"]) == (4, 0.5, 0.25)


def test_plan_outcome_report_and_retry_file_are_written_and_the_last_one_goes(
    tmp_path: Path,
) -> None:
    plan = record.by_hand("configure_devices", {"r2": 1, "r3": 1}, {})
    record.recorded(plan, lambda: done(CHANGED, BACK))
    retry = record.retry_file("configure_devices")
    ledger = Ledger.open()
    (entry,) = ledger.entries()
    ledger.close()
    report = json.loads((tmp_path / "reports" / f"{plan.id}.json").read_text())

    assert retry.read_text() == "r3\n"
    assert (entry.plan, entry.outcomes[0].state) == (plan, "undone")
    assert entry.outcomes[0].after["rates"] == report["rates"]

    record.recorded(record.by_hand("configure_devices", {"r3": 1}, {}), lambda: done(CHANGED))
    assert not retry.exists()
