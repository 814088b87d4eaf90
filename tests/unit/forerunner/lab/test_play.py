import signal
import subprocess
import sys
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


# In a process of its own, for the signal is a real one.
_TERMED = """
import os, signal, time
from forerunner.lab import play

class Dying:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.01)

with play._Term() as term:
    Dying()
    term.sleep_until(time.monotonic() + 60)
"""
_SLEEPING = """
import time
from forerunner.lab import play

with play._Term() as term:
    print("up", flush=True)
    term.sleep_until(time.monotonic() + 60)
"""


def test_a_term_in_the_middle_of_a_destructor_is_not_lost() -> None:
    done = subprocess.run([sys.executable, "-c", _TERMED], timeout=30, check=False)

    assert done.returncode == 128 + signal.SIGTERM


def test_a_term_ends_a_sleep_that_is_under_way() -> None:
    command = [sys.executable, "-c", _SLEEPING]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as sleeper:
        assert sleeper.stdout is not None
        assert sleeper.stdout.readline() == "up\n"
        sleeper.terminate()

        assert sleeper.wait(30) == 128 + signal.SIGTERM
