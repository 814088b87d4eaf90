"""The simulation loses what the schedule says."""

import pytest

from analytics.failure.examples import SURROUNDINGS, benign_case, fault_case
from analytics.failure.simulate import USUAL, Surroundings, simulate
from forerunner.degradation import schedule


def test_a_black_hole_returns_nothing() -> None:
    plan = schedule("linear", 1)
    series = simulate(plan, 1)
    hole = slice(round(plan.fault_at_s * 10), None)
    assert not series.returned[hole].any()
    assert not series.rtt_s[hole].any()
    assert (series.lost_forward[hole] == USUAL.packets).all()


def test_loss_follows_the_schedule_in_both_directions() -> None:
    plan = schedule("stepped", 1)
    series = simulate(plan, 1)
    step = slice(round(plan.onset_s * 10) + 225, round(plan.fault_at_s * 10))
    expected = plan.points[step.start].loss
    forward = series.lost_forward[step].sum() / series.sent[step].sum()
    backward = series.lost_backward[step].sum() / series.returned[step].sum()
    assert forward == pytest.approx(expected, abs=0.06)
    assert backward == pytest.approx(expected, abs=0.06)


def test_a_fault_may_hit_one_direction_alone() -> None:
    case = fault_case("stepped", 1, Surroundings(backward=False))
    before = round(case.schedule.fault_at_s * 10)
    assert case.series.lost_forward[:before].sum() > 0
    assert case.series.lost_backward[:before].sum() == 0


def test_congestion_delays_the_probes_before_it_loses_any() -> None:
    case = benign_case(3, around=Surroundings(queue_s=0.002))
    congested = [point.rate_share is not None for point in case.schedule.points]
    onset = congested.index(True)
    assert case.series.rtt_s[onset - 5] < 0.001
    assert case.series.rtt_s[onset : onset + 20].mean() > 0.0015


def test_a_busy_machine_answers_late_without_loss() -> None:
    quiet, busy = (benign_case(3, around=Surroundings(busy_share=x)).series for x in (0.0, 0.1))
    assert (busy.lost == quiet.lost).all()
    late = busy.rtt_s - quiet.rtt_s > 0.0009
    assert late.mean() == pytest.approx(0.1, abs=0.01)
    assert busy.rtt_s.max() < 0.1


def test_congestion_always_delays_where_the_model_learns() -> None:
    assert min(around.queue_s for around in SURROUNDINGS) >= 0.002


def test_the_same_seeds_give_the_same_results() -> None:
    one, two = (fault_case("bursty", 4).series for _ in range(2))
    assert all((a == b).all() for a, b in zip(vars(one).values(), vars(two).values(), strict=True))
