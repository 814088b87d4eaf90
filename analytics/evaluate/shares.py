"""Packets lost with a detector, as a share of those lost without one."""

import math

import numpy as np

from analytics.decide.state import DEAD_TIMER_S
from forerunner.degradation import Schedule

REACTION_S = 4.5


def loss_share(schedule: Schedule, acted_at_s: float | None) -> float:
    """Return the loss with an act, divided by the loss until OSPF's dead timer ends it.

    Without an act, traffic is lost from the onset until the dead timer (4 s) has passed after
    the fault; with one, until the traffic has moved, 4.5 s after the act. Expected values, for a
    steady stream of packets from the onset on.

    Args:
        schedule: A degradation that ends in a fault.
        acted_at_s: Seconds into the schedule; None when nobody acted.

    Returns:
        0 (nothing lost) to 1 (no better than the dead timer).

    Raises:
        ValueError: The schedule has no fault.
    """
    if schedule.fault_at_s is None or schedule.onset_s is None:
        raise ValueError(f"{schedule.kind} {schedule.seed} has no fault to lose packets by")
    acted_at_s = math.inf if acted_at_s is None else acted_at_s
    time = np.array([point.time_s for point in schedule.points])
    loss = np.array([point.loss for point in schedule.points])
    window = (time >= schedule.onset_s) & (time < schedule.fault_at_s + DEAD_TIMER_S)
    moved = time < acted_at_s + REACTION_S
    return float(loss[window & moved].sum() / loss[window].sum())
