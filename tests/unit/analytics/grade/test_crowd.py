"""More predictions than promised, or inputs unlike the learned ones, are told before any act."""

from typing import Any

import numpy as np
import pytest
from scipy.stats import poisson

from analytics.grade import Grade, Seen
from analytics.grade.crowd import crowded
from analytics.grade.drift import drifted
from analytics.grade.grading import NOT_LOOKED_AT
from tests.unit.analytics.grade.conftest import BEGUN, grade, seen

LINKS, PROMISED = 7, 0.05


def at(seconds: float, target: str = "r1:r3", **more: Any) -> Grade:
    given = {"lead_s": None, "target": target, "made_at": BEGUN + seconds}
    return grade(0, "unknown", **given | more)


def test_one_prediction_is_what_the_model_is_there_for() -> None:
    assert crowded([at(0)], 1, 1e-6, BEGUN) == ""


def test_two_links_within_minutes_are_more_than_promised() -> None:
    found = crowded([at(0), at(60, "r4:r5")], LINKS, PROMISED, BEGUN + 60)

    assert "2 predictions of failures within 10 min on 7 links" in found


def test_two_links_in_a_day_are_not() -> None:
    assert crowded([at(0), at(40_000, "r4:r5")], LINKS, PROMISED, BEGUN + 40_000) == ""


def test_repeats_on_a_link_that_had_a_hole_are_expected() -> None:
    flapping = [at(0, lead_s=3.0), at(70, lead_s=2.0), at(140)]

    assert crowded(flapping, LINKS, PROMISED, BEGUN + 140) == ""
    assert crowded([at(0), at(70), at(140)], LINKS, PROMISED, BEGUN + 140) != ""


def test_a_repeat_that_nobody_looked_at_yet_is_expected_where_there_was_a_hole() -> None:
    unread = [at(second, why=NOT_LOOKED_AT) for second in (0, 70)]

    assert crowded([*unread, at(140, lead_s=2.0)], LINKS, PROMISED, BEGUN + 140) == ""
    assert crowded([*unread, at(140)], LINKS, PROMISED, BEGUN + 140) != ""


def test_recoveries_are_not_counted() -> None:
    back = [at(second, kind="link_recovery") for second in range(20)]

    assert crowded(back, LINKS, PROMISED, BEGUN + 20) == ""


@pytest.mark.parametrize("links", [7, 100, 1000])
def test_as_many_as_are_promised_are_plausible_however_many_links_there_are(links: int) -> None:
    expected = links * PROMISED
    usual, too_many = int(poisson.ppf(0.9, expected)), int(poisson.isf(1e-4, expected)) + 2
    for count, tells in ((usual, False), (too_many, True)):
        # From the oldest hour on, so that no shorter window has more than its part.
        made = [at(3000.0 * x / count - 3500, f"l{x}") for x in range(count)]
        assert bool(crowded(made, links, PROMISED, BEGUN)) is tells


def test_loss_on_many_links_at_once_is_drift_and_on_one_it_is_not() -> None:
    lossy, healthy = seen(0, lost=lambda _: 1), seen(0)
    some = {"a": lossy, "b": healthy, "c": healthy, "d": healthy}

    assert drifted(some, BEGUN) == ""
    assert "3 of 4 links" in drifted(some | {"b": lossy, "c": lossy}, BEGUN)


def test_probing_unlike_training_is_drift() -> None:
    usual = seen(0)
    few = Seen(usual.time, usual.lost, np.full(len(usual.time), 4), usual.rtt_s)

    assert "4 packets an interval" in drifted(dict.fromkeys("abc", few), BEGUN)
    assert drifted(dict.fromkeys("abc", usual), BEGUN) == ""


def test_links_that_are_not_probed_tell_nothing() -> None:
    assert drifted(dict.fromkeys("abc", seen(-95)), BEGUN + 100) == ""
