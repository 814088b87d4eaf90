"""The ledger keeps what it is given, in order, from several writers."""

import multiprocessing
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from forerunner.errors import InvalidData
from forerunner.ledger import Ledger, LedgerError
from forerunner.model import Outcome, Plan, Prediction

PREDICTION = Prediction(
    "p-1", "link_failure", "r1:r3", 0.9, 12.5, 30.0, {"loss": 0.1}, "m-1", 100.0
)
PLAN = Plan(
    "n-1", "drain_link", ("r1", "r3"), {"link": "r1:r3"}, "why", "p-1", {}, (), "undrain_link", 9.0
)
OUTCOME = Outcome(
    "n-1", "verified", {"r1": {"status": "changed"}}, {"cost": 10}, {"cost": 65535}, 1.0, 2.0, "cli"
)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'ledger.sqlite'}"


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    opened = Ledger.open(url)
    yield opened
    opened.close()


def test_a_prediction_is_read_back_as_it_was_written(ledger: Ledger) -> None:
    ledger.add_prediction(PREDICTION)

    assert ledger.prediction("p-1") == PREDICTION


def test_an_entry_joins_prediction_plan_and_outcomes(ledger: Ledger) -> None:
    undone = replace(OUTCOME, state="undone", ended_at=3.0)
    ledger.add_prediction(PREDICTION)
    ledger.add_plan(PLAN)
    ledger.add_outcome(OUTCOME)
    ledger.add_outcome(undone)

    (entry,) = ledger.entries()

    assert (entry.prediction, entry.plan) == (PREDICTION, PLAN)
    assert entry.outcomes == (OUTCOME, undone)


def test_a_plan_by_hand_has_no_prediction(ledger: Ledger) -> None:
    ledger.add_plan(replace(PLAN, prediction=None))

    assert ledger.entries()[0].prediction is None


def test_entries_are_newest_first_and_limited(ledger: Ledger) -> None:
    for number in range(5):
        ledger.add_plan(replace(PLAN, id=f"n-{number}", prediction=None))

    assert [entry.plan.id for entry in ledger.entries(2)] == ["n-4", "n-3"]


def test_entries_can_be_those_of_one_prediction(ledger: Ledger) -> None:
    ledger.add_prediction(PREDICTION)
    ledger.add_plan(PLAN)
    ledger.add_plan(replace(PLAN, id="n-2", prediction=None))

    assert [entry.plan.id for entry in ledger.entries(prediction="p-1")] == ["n-1"]


def test_a_reader_sees_only_what_is_new(ledger: Ledger) -> None:
    first = ledger.add_prediction(PREDICTION)
    second = ledger.add_prediction(replace(PREDICTION, id="p-2"))

    assert [made.id for _, made in ledger.predictions_after(first)] == ["p-2"]
    assert ledger.predictions_after(second) == []
    assert ledger.last_sequence() == second


def test_an_empty_ledger_is_at_sequence_zero(ledger: Ledger) -> None:
    assert ledger.last_sequence() == 0
    assert ledger.predictions() == []


def test_what_stands_there_cannot_be_written_over(ledger: Ledger) -> None:
    ledger.add_prediction(PREDICTION)

    with pytest.raises(LedgerError, match="already holds 'p-1'"):
        ledger.add_prediction(replace(PREDICTION, probability=0.1))
    assert ledger.prediction("p-1") == PREDICTION


@pytest.mark.parametrize("kind", ["prediction", "plan"])
def test_an_unknown_identifier_is_named(ledger: Ledger, kind: str) -> None:
    with pytest.raises(LedgerError, match=f"no {kind} is called 'p-9'"):
        getattr(ledger, kind)("p-9")


def test_a_record_that_somebody_bent_is_refused(ledger: Ledger) -> None:
    ledger.add_prediction(replace(PREDICTION, probability=7.0))

    with pytest.raises(InvalidData, match=r"ledger: probability: 7\.0 is greater"):
        ledger.predictions()


def test_it_is_under_the_state_directory_by_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FORERUNNER_LEDGER", raising=False)
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path / "new"))

    Ledger.open().close()

    assert (tmp_path / "new" / "ledger.sqlite").is_file()


def test_a_ledger_that_cannot_be_opened_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "ledger").mkdir()

    with pytest.raises(LedgerError, match="cannot be opened: unable to open") as caught:
        Ledger.open(f"sqlite:///{tmp_path / 'ledger'}")
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_database_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "ledger").write_text("not a database, by far" * 100)

    with pytest.raises(LedgerError, match="file is not a database"):
        Ledger.open(f"sqlite:///{tmp_path / 'ledger'}")


@pytest.mark.parametrize(
    "url", ["postgresql+nodriver://me:hunter2@db/x", "me:hunter2@db", "oracle://me:hunter2@db/x"]
)
def test_a_password_in_the_url_is_never_shown(url: str) -> None:
    with pytest.raises(LedgerError) as caught:
        Ledger.open(url)

    assert "hunter2" not in str(caught.value)
    assert "FORERUNNER_LEDGER" in str(caught.value)


def _write(url: str, writer: int, count: int) -> None:
    ledger = Ledger.open(url)
    for number in range(count):
        ledger.add_prediction(replace(PREDICTION, id=f"p-{writer}-{number}"))
    ledger.close()


def test_writers_that_open_it_together_lose_nothing(url: str) -> None:
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=_write, args=(url, writer, 50)) for writer in range(4)]
    for process in writers:
        process.start()
    for process in writers:
        process.join(60)

    ledger = Ledger.open(url)
    found = ledger.predictions_after(0)
    ledger.close()

    assert [process.exitcode for process in writers] == [0, 0, 0, 0]
    assert {f"p-{w}-{n}" for w in range(4) for n in range(50)} == {made.id for _, made in found}
    assert [sequence for sequence, _ in found] == sorted({sequence for sequence, _ in found})


def test_the_newest_verified_outcome_of_a_link_tells_whether_it_is_drained(ledger: Ledger) -> None:
    steps = [
        ("r1:r3", "drain_link", "verified", None),
        ("r1:r3", "undrain_link", "failed", None),
        ("r1:r2", "drain_link", "verified", "p-1"),
        ("r3:r4", "drain_link", "verified", None),
        ("r3:r4", "undrain_link", "verified", None),
        ("r3:r4", "drain_link", "refused", "p-1"),
        ("r3:r4", "backup_configs", "verified", None),
    ]
    for number, (link, playbook, state, prediction) in enumerate(steps):
        made = replace(
            PLAN,
            id=f"d-{number}",
            playbook=playbook,
            variables={"link": link},
            prediction=prediction,
        )
        ledger.add_plan(made)
        ledger.add_outcome(Outcome(made.id, state, {}, {}, {}, 0.0, 0.0, "cli"))  # type: ignore[arg-type]
    assert ledger.drained_links() == {"r1:r3": False, "r1:r2": True}


def test_plans_under_way_have_no_outcome_and_have_not_expired(ledger: Ledger) -> None:
    for name, expires in (("n-done", 9.0), ("n-old", 4.0), ("n-now", 9.0)):
        ledger.add_plan(replace(PLAN, id=name, prediction=None, expires=expires))
    ledger.add_outcome(Outcome("n-done", "failed", {}, {}, {}, 0.0, 0.0, "cli"))
    assert [plan.id for plan in ledger.plans_under_way(5.0)] == ["n-now"]
