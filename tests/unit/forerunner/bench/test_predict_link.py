"""What the rows of failing links are measured with."""

from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from analytics.failure.features import NAMES
from analytics.failure.model import LinkFailureModel
from forerunner.bench.predict import link, link_drift, link_peers
from forerunner.bench.predict.link_cases import Tally, replay
from forerunner.bench.predict.link_drift import CHANGES, Fired
from forerunner.degradation import TRAINING_KINDS


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


def test_a_peer_acts_where_it_finds_faults_and_not_only_where_it_is_quiet() -> None:
    column = NAMES.index("any_loss_5s")

    def probability(rows: np.ndarray) -> np.ndarray:
        """Say how much was lost lately; bursts and congestion reach it too."""
        return 1 / (1 + np.exp(4.0 - 2.0 * rows[:, column]))

    policy, _ = link._terms()
    hours, faults = range(30_000, 30_002), range(3000, 3002)
    point = link_peers.operating_point(probability, policy, hours, faults)
    rules = replace(policy, act_probability=point.threshold)
    detector = {"peer": link_peers.debouncing(probability, point.debounce)}
    found = replay(detector, rules, [(kind, 3000) for kind in TRAINING_KINDS], hours)["peer"]

    assert (found.false, point.debounce in link_peers.LENGTHS) == (0, True)
    assert sum(lead > 0 for lead in found.all_leads()) >= 2


def test_intervals_hold_the_figure_and_are_of_whole_cases() -> None:
    faults = [(0.1, 200, 2.0 + at % 5, 300) for at in range(40)]
    tally = Tally(errors=[*faults, *[(3.0, 36_000, 0.0, 0)] * 10])
    tally.leads = {"linear": [20.0 + at for at in range(41)]}
    low, high = tally.brier_interval(0.05)
    early, late = tally.lead_interval()

    assert tally.intervals == 40 * 500 + 360_000
    assert low < tally.brier(0.05) < high < 1.5 * low
    assert 30.0 < early < 40.0 < late < 50.0
    assert Tally(errors=faults[:1] * 3).brier_interval(0.5)[0] == pytest.approx(
        0.5 * (0.0005 + 1 / 150)
    )
