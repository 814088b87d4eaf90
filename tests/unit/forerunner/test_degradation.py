"""The degradations are what they say that they are."""

from itertools import pairwise

import pytest

from forerunner import degradation
from forerunner.degradation import Schedule, schedule

SEEDS = range(8)
FAILING = [kind for kind in degradation.KINDS if kind != "benign"]


def losses(plan: Schedule) -> list[float]:
    """Return the losses between onset and fault."""
    return [p.loss for p in plan.points if plan.onset_s <= p.time_s < plan.fault_at_s]


def burst_starts(plan: Schedule, level: float) -> list[float]:
    return [b.time_s for a, b in pairwise(plan.points) if a.loss < level <= b.loss]


@pytest.mark.parametrize("kind", degradation.KINDS)
def test_the_same_seed_gives_the_same_schedule_and_another_seed_another(
    kind: str,
) -> None:
    assert schedule(kind, 1) == schedule(kind, 1)
    assert schedule(kind, 1).points != schedule(kind, 2).points


@pytest.mark.parametrize("kind", degradation.KINDS)
def test_points_are_one_step_apart_and_losses_are_shares(kind: str) -> None:
    plan = schedule(kind, 5, step_s=0.1)
    assert [p.time_s for p in plan.points] == [round(i * 0.1, 6) for i in range(len(plan.points))]
    assert all(0 <= p.loss <= 1 for p in plan.points)
    assert plan.duration_s == pytest.approx(0.1 * len(plan.points))


@pytest.mark.parametrize("kind", [k for k in FAILING if k != "flapping"])
def test_a_degradation_ends_in_one_black_hole_of_twenty_seconds(kind: str) -> None:
    for seed in SEEDS:
        plan = schedule(kind, seed)
        assert plan.duration_s - plan.fault_at_s == pytest.approx(20.0)
        assert all(p.blackhole == (p.time_s >= plan.fault_at_s) for p in plan.points)


@pytest.mark.parametrize("kind", FAILING)
def test_nothing_is_lost_before_the_onset(kind: str) -> None:
    for seed in SEEDS:
        plan = schedule(kind, seed)
        assert 3 <= plan.onset_s <= 8
        assert not any(p.loss for p in plan.points if p.time_s < plan.onset_s)


def test_linear_rises_from_nothing_to_thirty_percent_in_thirty_seconds() -> None:
    ramp = losses(schedule("linear", 1))
    assert len(ramp) == 300
    assert ramp[0] == 0
    assert all(abs(loss - 0.001 * index) <= 0.0001 * index for index, loss in enumerate(ramp))


def test_stepped_has_four_steps_of_seven_and_a_half_seconds() -> None:
    steps = losses(schedule("stepped", 1))
    levels = sorted(set(steps))
    assert levels == pytest.approx([0.05, 0.10, 0.20, 0.30], rel=0.1)
    assert [steps.count(level) for level in levels] == [75] * 4


def test_bursty_has_bursts_of_half_a_second_ever_closer() -> None:
    for seed in SEEDS:
        plan = schedule("bursty", seed)
        assert set(losses(plan)) == {0.0, 0.5}
        starts = [time for time in burst_starts(plan, 0.5) if time < plan.fault_at_s]
        gaps = [round(b - a, 1) for a, b in pairwise(starts)]
        assert all(later <= sooner + 0.1 for sooner, later in pairwise(gaps))


def test_flapping_goes_and_comes_back_several_times() -> None:
    for seed in SEEDS:
        assert 4 <= len(burst_starts(schedule("flapping", seed), 1.0)) <= 6


def test_benign_never_fails_and_its_bursts_are_a_minute_apart() -> None:
    for seed in SEEDS:
        plan = schedule("benign", seed, length_s=3600)
        assert not any(p.blackhole for p in plan.points)
        gaps = [b - a for a, b in pairwise(burst_starts(plan, 0.1))]
        assert gaps
        assert min(gaps) >= 60 - 0.1


def test_benign_loses_little_outside_bursts_and_congestion() -> None:
    plan = schedule("benign", 3, length_s=3600)
    assert (
        max(p.loss for p in plan.points if p.rate_share is None and p.loss < 0.1)
        <= degradation.BENIGN_NOISE
    )
    assert max(p.loss for p in plan.points if p.loss < 0.1) <= 0.06


def test_a_kind_that_does_not_exist_is_named_with_those_that_do() -> None:
    with pytest.raises(degradation.UnknownKind, match=r"'wobbly'.*linear.*benign"):
        schedule("wobbly", 1)
