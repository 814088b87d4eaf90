"""What the rows of failing links are measured with."""

from dataclasses import replace

import pytest
from rich.console import Console

from analytics.failure.model import LinkFailureModel
from forerunner.bench.predict import link, link_drift
from forerunner.bench.predict.link_drift import CHANGES, Fired


def test_a_ladder_that_is_not_enforced_holds_nothing_back(monkeypatch: pytest.MonkeyPatch) -> None:
    fired = [Fired(time, index, 0.999) for index, time in enumerate((361.0, 362.0, 363.0))]
    monkeypatch.setattr(link_drift, "LENGTH_S", 370.0)
    monkeypatch.setattr(link_drift, "debounced", lambda *_: None)
    monkeypatch.setattr(link_drift, "_fired", lambda *_: fired)
    policy, ladder = link._terms()
    change = CHANGES["1% of random loss"]
    runs = [
        link_drift.run(change, True, 1, LinkFailureModel(), (policy, replace(ladder, enforced=x)))
        for x in (True, False)
    ]

    assert [(each.fired, each.acted) for each in runs] == [(3, 1), (3, 3)]


def test_the_row_says_what_it_is_measured_with(monkeypatch: pytest.MonkeyPatch) -> None:
    given = []
    monkeypatch.setattr(link, "_model", LinkFailureModel)
    monkeypatch.setattr(
        link_drift, "run", lambda *x: given.append(x[4][1]) or link_drift.Run(5, 1, "approve")
    )
    rows = link.drift(link._INVENTORY, "short", Console(quiet=True))

    assert {each.enforced for each in given} == {True}
    assert rows[0].id == "drifted_model_bad_acts"
    assert "with the ladder enforced (the lab's inventory has false)" in rows[0].what
