"""A drain that is ready: it is there at once, does the same, and leaves nothing behind."""

import threading
import time

import pytest

from forerunner.model import Outcome
from forerunner.remediate import StandbyLost, remediate, stand_by, standby
from forerunner.runner import RunEvent


def standing_by() -> tuple[threading.Thread, list[Outcome | None]]:
    """Stand by in another thread until the playbook waits; return it and where its outcome goes."""
    outcomes: list[Outcome | None] = []
    waits = threading.Event()

    def note(event: RunEvent) -> None:
        if event.kind == "playbook_on_task_start":
            waits.set()

    thread = threading.Thread(target=lambda: outcomes.append(stand_by("run", 60, on_event=note)))
    thread.start()
    assert waits.wait(60)
    return thread, outcomes


def test_prediction_is_carried_out_by_the_playbook_that_waits(loop) -> None:
    thread, outcomes = standing_by()
    prediction = loop.predict()
    thread.join(60)
    (outcome,) = outcomes
    (entry,) = loop.ledger.entries()
    assert (outcome.state, outcome.run) == ("verified", "run")
    assert (entry.plan.prediction, entry.outcomes) == (prediction, (outcome,))
    assert loop.acts() == [f"begin {entry.plan.id}", f"end {entry.plan.id}"]


def test_who_comes_second_finds_the_outcome(loop) -> None:
    thread, outcomes = standing_by()
    prediction = loop.predict()
    thread.join(60)
    assert remediate(prediction, "other") == outcomes[0]
    assert len(loop.acts()) == 2


def test_what_is_refused_leaves_it_standing_by(loop) -> None:
    thread, outcomes = standing_by()
    loop.predict(probability=0.2)
    time.sleep(1)
    loop.predict()
    thread.join(60)
    assert [each.state for each in outcomes] == ["verified"]
    assert [x.outcomes[-1].state for x in loop.ledger.entries()] == ["verified", "refused"]


def test_nothing_predicted_is_no_outcome_and_leaves_nothing(loop) -> None:
    assert stand_by("run", 1.0) is None
    assert loop.acts() == []
    assert list((loop.var / "runs").iterdir()) == []
    assert list((loop.var / "plans").glob("*")) == []


def test_a_playbook_that_cannot_wait_is_told(loop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standby, "PLAYBOOK", "undrain_link")
    with pytest.raises(StandbyLost, match="nothing stands by"):
        stand_by("run", 60.0)


def test_predictions_of_before_are_left_to_others(loop) -> None:
    loop.predict()
    assert stand_by("run", 1.0) is None
    assert loop.acts() == []
