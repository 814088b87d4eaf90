from itertools import pairwise

import pytest

from forerunner.degradation import KINDS, Point, Schedule, schedule
from forerunner.lab import play


def updates(meant: Schedule) -> list[Point]:
    return list(play._updates(meant))


@pytest.mark.parametrize("kind", KINDS)
def test_updates_are_never_more_than_a_quarter_second_apart(kind: str) -> None:
    times = [point.time_s for point in updates(schedule(kind, 1, length_s=60.0))]

    assert max(later - earlier for earlier, later in pairwise(times)) <= 0.25 + 1e-6


@pytest.mark.parametrize("kind", ["linear", "stepped", "bursty", "flapping"])
def test_every_edge_of_a_black_hole_is_played_at_its_time(kind: str) -> None:
    meant = schedule(kind, 2)
    edges = {
        point.time_s
        for before, point in pairwise(meant.points)
        if before.blackhole != point.blackhole
    }

    assert edges <= {point.time_s for point in updates(meant)}


def test_a_loss_that_jumps_is_played_at_once_and_one_that_creeps_may_wait() -> None:
    losses = [0.0, 0.5, 0.5, 0.501, 0.502]
    points = tuple(Point(index / 10, loss) for index, loss in enumerate(losses))

    played = updates(Schedule("stepped", 0, points, 0.1, None, 0.5))

    assert [point.time_s for point in played] == [0.0, 0.1, 0.3]
