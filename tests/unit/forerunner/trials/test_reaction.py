"""Which acts answered a fault, and which were for nothing."""

from pathlib import Path

import pytest

from forerunner.errors import InvalidData
from forerunner.ledger import Entry
from forerunner.model import Outcome, Plan, Prediction
from forerunner.trials import reaction
from forerunner.trials.site import Site
from forerunner.trials.trial import Trial

TRIAL = Trial("forerunner", "linear", 1, 10, 1, (), 100.0, 105.0, 135.0, 155.0, "x.pcap")


def entry(made_at: float, link: str = "r1:r3", state: str = "verified") -> Entry:
    prediction = Prediction("p", "link_failure", link, 1.0, None, 60.0, {}, "m", made_at)
    plan = Plan("x", "drain_link", (), {"link": link}, "r", "p", {}, (), "undrain_link", 0.0)
    outcome = Outcome("x", state, {}, {}, {}, made_at, made_at + 5, "run")  # type: ignore[arg-type]
    return Entry(plan, prediction, (outcome,))


def test_a_drain_of_the_link_after_the_onset_answers_the_fault() -> None:
    found = reaction.answer((entry(110.0),), TRIAL)
    assert (found.to_verified_s, found.lead_time_s(TRIAL.fault_at)) == (5.0, 20.0)


@pytest.mark.parametrize("wrong", [entry(104.0), entry(110.0, "r3:r4")])
def test_a_drain_before_the_onset_or_elsewhere_is_for_nothing(wrong: Entry) -> None:
    assert reaction.answer((wrong,), TRIAL).drain is None
    assert reaction.false_drains((wrong, entry(110.0)), TRIAL) == (wrong,)


def test_a_drain_that_was_not_verified_answers_nothing() -> None:
    assert reaction.answer((entry(110.0, state="undone"),), TRIAL).drain is None


def test_a_lab_index_that_is_no_number_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORERUNNER_LAB_INDEX", "fr1")
    with pytest.raises(InvalidData, match="FORERUNNER_LAB_INDEX: 'fr1' is not 0 to 99"):
        Site.default()


def test_a_ledger_that_the_environment_names_is_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("FORERUNNER_LAB_INDEX", raising=False)
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path))
    monkeypatch.setenv("FORERUNNER_LEDGER", "sqlite:////elsewhere/ledger.sqlite")
    assert Site.default().environment["FORERUNNER_LEDGER"] == "sqlite:////elsewhere/ledger.sqlite"
    assert Site(7, tmp_path).ledger_url == f"sqlite:///{tmp_path}/ledger.sqlite"
