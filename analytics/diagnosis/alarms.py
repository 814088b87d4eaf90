"""A set of alarms as numbers: how long each was active, also beside the longest of its window."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from forerunner.errors import InvalidData

WINDOW_S = 900.0
"""Length of the window in which alarms are counted, in seconds."""

TOGETHER = ("count", "sum", "longest", "whole window", "short", "shortest")
"""What is said of all alarms of a window together."""

_SHORT_S = 60.0


def features(seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the columns that a diagnosis learns from, shape (rows, 2 * alarms + 6).

    First the seconds of every alarm, then the same as a share of the longest alarm of the window
    (what began with the fault is told from what followed it, wherever in the window it came), last
    those of `TOGETHER`.

    Args:
        seconds: Seconds that each alarm was active, shape (rows, alarms).
    """
    active = seconds > 0
    longest = seconds.max(axis=1)
    together = (
        active.sum(axis=1),
        seconds.sum(axis=1),
        longest,
        (seconds >= WINDOW_S - 1).sum(axis=1),
        (active & (seconds < _SHORT_S)).sum(axis=1),
        np.where(active, seconds, 10 * WINDOW_S).min(axis=1),
    )
    return np.column_stack([seconds, seconds / np.maximum(longest, 1.0)[:, None], *together])


def by_alarm(columns: NDArray[np.float64], alarms: int) -> NDArray[np.float64]:
    """Return what the columns of each alarm say together; last what all alarms say together.

    Args:
        columns: A value for each column of `features`.
        alarms: How many alarms there are.
    """
    own = columns[:alarms] + columns[alarms : 2 * alarms]
    return np.append(own, columns[2 * alarms :].sum())


def row(alarms: Mapping[str, float], names: Sequence[str], source: str) -> NDArray[np.float64]:
    """Return the seconds of one set of alarms, shape (1, alarms).

    Args:
        alarms: Seconds that each alarm was active, by name; an alarm that is not named was not.
        names: The alarms that were learned.
        source: Where the set comes from, for the message.

    Raises:
        InvalidData: An alarm is not known, or its seconds are none.
    """
    for name, value in alarms.items():
        if name not in names:
            problem = f"was never learned; leave it out or learn again (known: {names[0]}, …)"
            raise InvalidData(source, f"alarms.{name}", problem)
        if not 0 <= value <= WINDOW_S:
            raise InvalidData(source, f"alarms.{name}", f"is {value}; seconds, 0 to {WINDOW_S:g}")
    return np.array([[alarms.get(name, 0.0) for name in names]], np.float64)
