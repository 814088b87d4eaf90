import os
import signal
import time
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


class _Dying:
    """Where an exception of a signal's handler would be lost."""

    def __del__(self) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.01)


def test_a_term_in_the_middle_of_a_destructor_is_not_lost() -> None:
    began = time.monotonic()
    with play._Term() as term:
        _Dying()
        with pytest.raises(SystemExit) as ended:
            term.sleep_until(began + 30)

    assert ended.value.code == 128 + signal.SIGTERM
    assert time.monotonic() - began < 10
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_a_term_ends_a_sleep_that_is_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(time, "sleep", sleep)
    with play._Term() as term, pytest.raises(SystemExit):
        term.sleep_until(time.monotonic() + 30)

    assert len(slept) == 1
    assert slept[0] <= 0.1
