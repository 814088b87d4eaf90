"""Soft failures at a receiver: by what it hears, by their clock, with gaps, and kept as JSON."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import f1_score

from analytics.failure.episodes import NAMES, memory, next_onset
from analytics.failure.soft import SoftFailure
from forerunner.errors import InvalidData
from tests.unit.analytics.cases.soft import line


@pytest.fixture(scope="module")
def learned() -> SoftFailure:
    return SoftFailure(trees=30).fit(*line())


def test_failures_that_keep_a_clock_are_told_before_they_are_heard(learned: SoftFailure) -> None:
    time, signals, failing = line(seed=2)
    later = time > 1200

    plain = SoftFailure(trees=30, remember=False).fit(*line())
    told, heard = (
        f1_score(failing[later], e.predict(time, signals)[later]) for e in (learned, plain)
    )

    assert told > 0.99
    assert heard < 0.97


def test_a_gap_is_bridged_with_what_was_heard_last(learned: SoftFailure) -> None:
    time, signals, failing = line(seed=2)
    signals[np.random.default_rng(3).random(signals.shape) < 0.1] = np.nan
    signals[:3] = np.nan

    score = learned.score(time, signals)

    assert np.isfinite(score).all()
    assert f1_score(failing, score > 0.5) > 0.9


def test_it_abstains_where_nothing_is_heard_or_what_it_has_never_heard(
    learned: SoftFailure,
) -> None:
    _, signals, _ = line(seed=2)
    strange = signals.copy()
    strange[100] = (2e-7, 60.0)
    strange[200] = (1e-3, 18.0)
    strange[300] = np.nan

    assert learned.abstains(signals).mean() < 0.02
    assert np.flatnonzero(learned.abstains(strange) & ~learned.abstains(signals)).tolist() == [
        100,
        200,
        300,
    ]


def test_a_state_gives_the_same_answers(learned: SoftFailure) -> None:
    time, signals, _ = line(seed=2)

    again = SoftFailure.from_state(json.loads(json.dumps(learned.state())))

    np.testing.assert_array_equal(learned.score(time, signals), again.score(time, signals))
    np.testing.assert_array_equal(learned.abstains(signals), again.abstains(signals))
    assert learned.threshold_ == again.threshold_


def _endless(state: Any) -> None:
    state["trees"]["left"][0] = 0


def _beyond(state: Any) -> None:
    state["trees"]["feature"][0] = 99


def _short(state: Any) -> None:
    state["trees"]["value"].pop()


def _one_class(state: Any) -> None:
    state["trees"]["value"] = [[1.0] for _ in state["trees"]["value"]]


def _no_root(state: Any) -> None:
    state["trees"]["roots"][0] = len(state["trees"]["left"])


def _signals(state: Any) -> None:
    state["spread"].pop()


def _column(state: Any) -> None:
    state["column"] = 7


def _version(state: Any) -> None:
    state["schema"] = 0


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (_endless, "m.json: trees: leads nowhere"),
        (_beyond, "m.json: trees: leads nowhere"),
        (_no_root, "m.json: trees: leads nowhere"),
        (_short, "m.json: trees: its arrays differ in length"),
        (_one_class, "m.json: trees.value: is not of 2 classes"),
        (_signals, "m.json: usual: is not of 2 signals"),
        (_column, "m.json: usual: is not of 2 signals"),
        (_version, "m.json: schema"),
    ],
)
def test_a_state_that_is_none_is_refused(
    learned: SoftFailure, harm: Callable[[Any], None], said: str
) -> None:
    state = json.loads(json.dumps(learned.state()))
    harm(state)

    with pytest.raises(InvalidData, match=said):
        SoftFailure.from_state(state, "m.json")


def test_too_few_failures_or_time_that_goes_back_is_refused() -> None:
    time, signals, failing = line(count=250)
    with pytest.raises(InvalidData, match=r"has 2 failures; 4 or more are needed"):
        SoftFailure().fit(time, signals, failing)
    with pytest.raises(InvalidData, match="sort the samples"):
        SoftFailure().fit(time[::-1], signals, failing)
    with pytest.raises(InvalidData, match="a row for each of 249 times"):
        SoftFailure().fit(time[1:], signals, failing)


def test_the_clock_is_a_line_through_the_onsets_past_one_that_is_missing_or_flickers() -> None:
    due, doubt, period = next_onset([10.0, 110.0, 210.0, 214.0, 410.0, 510.0])

    assert due == pytest.approx(610.0)
    assert doubt == pytest.approx(0.0, abs=1e-6)
    assert period == pytest.approx(100.0)


def test_a_first_sample_that_is_half_as_deep_began_halfway() -> None:
    time = np.arange(6.0) * 4
    depth = np.array([0.0, 0.0, 1.0, 2.0, 2.0, 0.0])

    rows = memory(time, depth, depth > 0.5)

    elapsed = rows[:, NAMES.index("elapsed")]
    assert elapsed.tolist() == [-1.0, -1.0, 4.0, 6.0, 10.0, -1.0]
    assert rows[:, NAMES.index("recovered")].tolist() == [60.0, 60.0, -1.0, -1.0, -1.0, 0.0]


def test_failures_that_end_for_good_are_not_told_for_ever(learned: SoftFailure) -> None:
    time, signals, failing = line(1800, seed=2)
    over = np.arange(1800) >= 900
    signals[over] = np.median(signals[~failing], axis=0)

    told = learned.predict(time, signals)

    assert told[over].sum() <= 5


def test_failures_without_a_clock_are_told_as_without_a_memory(learned: SoftFailure) -> None:
    random = np.random.default_rng(5)
    starts = np.cumsum(random.integers(30, 200, 20))
    at = np.arange(starts[-1] + 30)
    failing = np.zeros(len(at), bool)
    for start in starts:
        failing[start : start + 15] = True
    heard = np.concatenate(([False], failing[:-1]))
    signals = np.column_stack([np.where(heard, 1.5e-4, 2e-7), np.where(heard, 18.0, 25.0)])

    told = learned.predict(at * 3.0, signals)

    assert f1_score(failing, told) > 0.9
