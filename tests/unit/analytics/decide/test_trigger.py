"""A score that swings does not make the loop swing."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from analytics.decide import Policy, Trigger

POLICY = Policy(0.9, 0.5, 60, 60, 0.8, 10, 2, 20, 2, 600, 30)


def fired(scores: list[float]) -> list[int]:
    """Return the seconds at which a trigger fired, one score a second."""
    trigger = Trigger(POLICY)
    return [second for second, score in enumerate(scores) if trigger.update(second, score)]


def test_it_fires_once_while_the_score_stays_high() -> None:
    assert fired([0.95] * 300) == [0]


def test_it_fires_again_after_the_score_was_low_and_time_has_passed() -> None:
    assert fired([0.95] + [0.1] * 70 + [0.95]) == [0, 71]


def test_a_score_between_the_thresholds_does_not_arm_it_again() -> None:
    assert fired([0.95] + [0.7] * 70 + [0.95]) == [0]


def test_an_oscillating_score_fires_once_in_a_cooldown() -> None:
    assert fired([0.95, 0.1] * 60) == [0, 60]


@given(st.lists(st.floats(0, 1), max_size=400))
def test_whatever_the_score_it_keeps_its_cooldown_and_its_threshold(scores: list[float]) -> None:
    seconds = fired(scores)
    assert all(later - sooner >= POLICY.cooldown_s for sooner, later in pairwise(seconds))
    assert all(scores[second] >= POLICY.act_probability for second in seconds)
    for sooner, later in pairwise(seconds):
        assert min(scores[sooner:later]) < POLICY.clear_probability
