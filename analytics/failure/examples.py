"""What the model learns from: stated kinds and seeds, turned into rows and labels.

A fault follows on a minute or two of benign time, so that no row tells by its short past alone
that a fault is coming. Of benign time, intervals in which nothing happens are thinned out and
weighted up, because there are so many of them and they teach so little.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.failure.features import NAMES, extract
from analytics.failure.series import BIN_S, ProbeSeries
from analytics.failure.simulate import Surroundings, simulate
from analytics.registry.entry import digest
from forerunner.degradation import Schedule, schedule

# Links differ: the buffer that fills under congestion is deep or shallow, a fault may hit one
# direction, the machine that probes may be busy. Congestion always delays the probes.
SURROUNDINGS = (
    Surroundings(),
    Surroundings(queue_s=0.005, jitter_s=0.0002, stray_loss=0.0002, busy_share=0.01),
    Surroundings(queue_s=0.05, rtt_s=0.002, backward=False, busy_share=0.002),
    Surroundings(queue_s=0.01, jitter_s=0.0005, stray_loss=0.001, busy_share=0.05),
    Surroundings(queue_s=0.002, rtt_s=0.0001, stray_loss=0.0001, forward=False),
)
# Seconds of the black hole that are learned from: enough to know one, too few to learn only it.
_HOLE_S = 3.0
_LOUD_THIN, _THIN, _QUIET_THIN = 2, 10, 150
# Nats from which benign time is hard to tell from failing, and all but kept whole.
_LOUD = 4.0
_NATS = [index for index, name in enumerate(NAMES) if name.startswith("nats")]


@dataclass(frozen=True)
class Case:
    """One link over some time.

    Attributes:
        schedule: What was done to it.
        series: What the probes saw of it.
    """

    schedule: Schedule
    series: ProbeSeries


@dataclass(frozen=True)
class Examples:
    """Rows to learn from.

    Attributes:
        rows: Shape (n, len(NAMES)).
        failing: Whether the link fails within the horizon, n values.
        weight: How many intervals of the mixture a row stands for.
        remaining_s: Seconds until the fault; NaN where none comes.
    """

    rows: NDArray[np.float64]
    failing: NDArray[np.bool_]
    weight: NDArray[np.float64]
    remaining_s: NDArray[np.float64]

    @property
    def digest(self) -> str:
        """Return the sha256 of the data, hexadecimal."""
        arrays = (self.rows, self.failing, self.weight, self.remaining_s)
        return digest(b"".join(each.tobytes() for each in arrays))


def fault_case(kind: str, seed: int, around: Surroundings | None = None) -> Case:
    """Return a fault after 60 to 120 s of benign time."""
    around = around or SURROUNDINGS[seed % len(SURROUNDINGS)]
    before = schedule("benign", seed, length_s=60.0 + seed % 61)
    joined = follow(before, schedule(kind, seed))
    return Case(joined, simulate(joined, seed, around))


def benign_case(seed: int, length_s: float = 3600.0, around: Surroundings | None = None) -> Case:
    """Return benign time."""
    around = around or SURROUNDINGS[seed % len(SURROUNDINGS)]
    plan = schedule("benign", seed, length_s=length_s)
    return Case(plan, simulate(plan, seed, around))


def follow(before: Schedule, fault: Schedule) -> Schedule:
    """Return the schedule of a fault that follows on benign time."""
    shift = before.duration_s
    moved = tuple(point._replace(time_s=point.time_s + shift) for point in fault.points)
    onset = None if fault.onset_s is None else fault.onset_s + shift
    begins = None if fault.fault_at_s is None else fault.fault_at_s + shift
    points = before.points + moved
    return Schedule(fault.kind, fault.seed, points, onset, begins, shift + fault.duration_s)


def fault_examples(case: Case) -> Examples:
    """Return every second interval from 20 s before the onset to shortly after the fault."""
    onset, fault = case.schedule.onset_s or 0.0, case.schedule.fault_at_s or 0.0
    time = (np.arange(len(case.series)) + 1) * BIN_S
    kept = (time > onset - 20.0) & (time <= fault + _HOLE_S) & (np.arange(len(time)) % 2 == 0)
    rows = extract(case.series)[kept]
    remaining = np.maximum(0.0, fault - time[kept])
    failing = time[kept] > onset
    return Examples(rows, failing, np.full(len(rows), 2.0), np.where(failing, remaining, np.nan))


def benign_examples(series: ProbeSeries, healthy: NDArray[np.bool_] | None = None) -> Examples:
    """Return the intervals in which something happens, and a few of the others.

    Args:
        series: Benign time, generated or recorded.
        healthy: Which intervals may be learned from as such; all of them when None.
    """
    rows = extract(series)
    quiet = rows[:, NAMES.index("any_loss_5s")] < np.log1p(10)
    loud = rows[:, _NATS].max(axis=1) >= np.log1p(_LOUD)
    thin = np.where(loud, _LOUD_THIN, np.where(quiet, _QUIET_THIN, _THIN))
    kept = np.arange(len(rows)) % thin == 0
    if healthy is not None:
        kept &= healthy
    weight = thin[kept].astype(np.float64)
    count = int(kept.sum())
    return Examples(rows[kept], np.zeros(count, bool), weight, np.full(count, np.nan))


def gather(kinds: Iterable[str], seeds: range, hours: range) -> Examples:
    """Return the examples of all kinds and seeds, and of benign hours by their seeds."""
    parts: list[Examples] = [
        fault_examples(fault_case(kind, seed)) for kind in kinds for seed in seeds
    ]
    parts += [benign_examples(benign_case(seed).series) for seed in hours]
    return together(parts)


def together(parts: Sequence[Examples]) -> Examples:
    """Return examples of several origins as one."""
    return Examples(
        np.vstack([part.rows for part in parts]),
        np.concatenate([part.failing for part in parts]),
        np.concatenate([part.weight for part in parts]),
        np.concatenate([part.remaining_s for part in parts]),
    )


def hours_of(seeds: range) -> Iterator[Case]:
    """Yield benign hours, one at a time: a hundred of them would not fit into memory."""
    for seed in seeds:
        yield benign_case(seed)
