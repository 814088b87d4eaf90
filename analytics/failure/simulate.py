"""What probing a link would give while it degrades by a schedule."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.failure.series import ProbeSeries
from forerunner.degradation import Schedule


@dataclass(frozen=True)
class Surroundings:
    """What else differs from one link to the next.

    Attributes:
        packets: Packets that each end sends in one interval.
        rtt_s: Round-trip time of the idle link in seconds.
        jitter_s: Its exponential jitter in seconds, per interval.
        queue_s: Mean queueing delay in seconds while congestion loses packets.
        busy_share: Share of intervals that a busy machine answers late by, 1 to 20 ms.
        stray_loss: Share of packets lost to a busy machine, whatever the link does.
        forward: True when the schedule's loss hits what the first end sends.
        backward: The same for the second end. A black hole always takes both.
    """

    packets: int = 10
    rtt_s: float = 0.0003
    jitter_s: float = 0.00005
    queue_s: float = 0.02
    busy_share: float = 0.0
    stray_loss: float = 0.0
    forward: bool = True
    backward: bool = True


USUAL = Surroundings()
# Intervals that a queue takes to fill before it drops anything, and to drain.
_FILL = 3


def simulate(schedule: Schedule, seed: int, around: Surroundings = USUAL) -> ProbeSeries:
    """Return what the probes see: every packet is lost independently, each way.

    Args:
        schedule: With points `BIN_S` seconds apart.
        seed: Of the losses and the delays; the schedule has its own.
        around: The link and the machine.
    """
    random = np.random.default_rng([seed, len(schedule.points)])
    points = schedule.points
    loss = np.array([point.loss for point in points])
    hole = np.array([point.blackhole for point in points])
    sent = np.full(len(points), around.packets)
    lost_forward = random.binomial(sent, _share(loss * around.forward, hole, around))
    returned = sent - lost_forward
    lost_backward = random.binomial(returned, _share(loss * around.backward, hole, around))
    congested = np.array([point.rate_share is not None for point in points])
    delay = _delay(random, congested, around)
    delay[returned == lost_backward] = 0.0
    return ProbeSeries(sent, lost_forward, returned, lost_backward, delay)


def _share(
    loss: NDArray[np.float64], hole: NDArray[np.bool_], around: Surroundings
) -> NDArray[np.float64]:
    return np.where(hole, 1.0, np.minimum(1.0, loss + around.stray_loss))


def _delay(
    random: np.random.Generator, congested: NDArray[np.bool_], around: Surroundings
) -> NDArray[np.float64]:
    """Return the mean round-trip time of each interval, before losses hide it."""
    count = len(congested)
    jitter = random.exponential(around.jitter_s, count)
    queue = _filled(congested) * around.queue_s * 1.5 * random.beta(4, 2, count)
    late = (random.random(count) < around.busy_share) * random.uniform(0.001, 0.02, count)
    return around.rtt_s + jitter + queue + late


def _filled(congested: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return how full the queue is, 0 to 1: it fills before it drops and drains afterwards."""
    width = _FILL
    ahead = np.concatenate((congested[width:], np.zeros(width, dtype=bool)))
    wanted = np.maximum(ahead, congested)
    return np.convolve(wanted, np.full(width, 1 / width))[: len(congested)]
