"""Learning the risk from recorded telemetry, judged on the newest time, which it has not seen."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.calibration import calibration_gap
from analytics.failure.risk import FailureRisk
from analytics.registry.compare import Marks
from analytics.registry.entry import digest
from analytics.risk.history import DAY, STEP_S, TooFew, Unit, columns
from analytics.risk.kinds import Kind

LEARNED = 0.75
"""Share of the time that is learned from; the newest rest judges."""
LEAST_FAILURES = 10
"""Failures below which nothing is learned; a quarter of them must lie in the time that judges."""
# A third of them is held out from the trees, and neither part may be without a failure.
_LEAST_DAYS = 3
_MOST_ROWS = 30_000
_DRAWS = 1000
_TINY = 1e-12


@dataclass(frozen=True)
class Rows:
    """Rows of many units whose next horizon is known.

    Attributes:
        table: Shape (rows, columns).
        remaining_s: To the next failure; infinite without one.
        group: Which day of which unit each is of.
        failures: How many failures they lead up to.
    """

    table: NDArray[np.float64]
    remaining_s: NDArray[np.float64]
    group: NDArray[np.int64]
    failures: int

    @property
    def digest(self) -> str:
        """Return the hash of all that they say."""
        return digest(b"".join(x.tobytes() for x in (self.table, self.remaining_s, self.group)))


@dataclass(frozen=True)
class Judged:
    """The time that judges: its rows, and what is said of every one where nothing is known."""

    rows: Rows
    horizon_s: float
    usual: float

    def marks(self, said: NDArray[np.float64]) -> Marks:
        """Return how probabilities did on each day of a unit; NaN counts as the usual share."""
        happened = self.rows.remaining_s <= self.horizon_s
        full = np.where(np.isfinite(said), said, self.usual)
        _, group, count = np.unique(self.rows.group, return_inverse=True, return_counts=True)
        losses = np.bincount(group, weights=(full - happened) ** 2) / count
        return Marks(losses, calibration_gap(full, happened))

    @property
    def base(self) -> Marks:
        """Return how the usual share does, said of every row."""
        return self.marks(np.full(len(self.rows.table), self.usual))


@dataclass(frozen=True)
class Learned:
    """A model, and what it is judged by.

    Attributes:
        risk: The model.
        judged: Rows of the newest time.
        digest: Hash of what it learned from.
        failures: How many it learned from, and how many it is judged by.
    """

    risk: FailureRisk
    judged: Judged
    digest: str
    failures: tuple[int, int]


def split(found: Iterable[Unit], horizon_s: float, seed: int = 1) -> tuple[Rows, Rows, float]:
    """Return the rows to learn from, those to judge by, and the share of healthy ones kept.

    Between the two lies a horizon of which neither has a row: what is learned from must not know
    what came in the time that judges. Of the rows without a failure in the first part as many are
    kept as fit beside those with one.
    """
    every = list(found)
    steps = max((len(each.up) for each in every), default=0)
    cut = int(steps * LEARNED)
    gap = int(np.ceil(horizon_s / STEP_S))
    kept = min(1.0, _MOST_ROWS / max(1, cut * len(every)))
    random = np.random.default_rng(seed)
    first = _gathered(every, (0, cut - gap), horizon_s, kept, random)
    return first, _gathered(every, (cut, steps), horizon_s, 1.0, random), kept


def _gathered(
    every: list[Unit],
    span: tuple[int, int],
    horizon_s: float,
    kept: float,
    random: np.random.Generator,
) -> Rows:
    tables, remaining, groups, failures = [], [], [], 0
    for number, unit in enumerate(every):
        left = unit.remaining_s()
        at = np.arange(len(left))
        meant = unit.told(horizon_s) & (at >= span[0]) & (at < span[1])
        failing = left <= horizon_s
        meant &= failing | (random.random(len(left)) < kept)
        tables.append(unit.rows[meant])
        remaining.append(np.where(failing, left, np.inf)[meant])
        groups.append(number * (len(left) // DAY + 1) + at[meant] // DAY)
        failures += len(np.unique(np.rint((at + left / STEP_S)[meant & failing] - 0.5)))
    return Rows(np.concatenate(tables), np.concatenate(remaining), np.concatenate(groups), failures)


def learn(kind: Kind, found: Iterable[Unit], horizon_s: float) -> Learned:
    """Return a model learned from the older time of units, and the newest to judge it by.

    Args:
        kind: Of the units.
        found: The units; their spans are the same.
        horizon_s: Seconds ahead that it is to judge.

    Raises:
        TooFew: Too few failures were recorded; says how many, and how many are needed.
    """
    first, last, kept = split(found, horizon_s)
    counts = (first.failures, last.failures)
    failing = first.remaining_s <= horizon_s
    _see_that_it_is_enough(kind, counts, len(np.unique(first.group[failing])))
    polled = np.asarray(np.isfinite(first.table).any(axis=0))
    names = [name for name, known in zip(columns(kind), polled, strict=True) if known]
    risk = FailureRisk(horizon_s).fit(
        first.table[:, polled], first.remaining_s, names, _spread(first, horizon_s), kept
    )
    usual = failing.sum() / (failing.sum() + (~failing).sum() / kept)
    return Learned(risk, Judged(last, horizon_s, float(usual)), first.digest, counts)


def _see_that_it_is_enough(kind: Kind, counts: tuple[int, int], days: int) -> None:
    if days < _LEAST_DAYS:
        raise TooFew(
            f"{kind.name}: what is learned from failed on {days} days of one {kind.name} each, and"
            f" {_LEAST_DAYS} are needed: look farther back by --since, or wait"
        )
    least = LEAST_FAILURES // 4
    if sum(counts) < LEAST_FAILURES or min(counts) < least:
        raise TooFew(
            f"{kind.name}: {counts[0]} failures to learn from and {counts[1]} to judge by were"
            f" recorded; {LEAST_FAILURES} are needed, {least} of them in the newest quarter of the"
            f" time: look farther back by --since, or wait"
        )


def _spread(rows: Rows, horizon_s: float) -> NDArray[np.int64]:
    """Return numbers of the groups by which those with failures are held out as often as others."""
    with_failure = np.unique(rows.group[rows.remaining_s <= horizon_s])
    order = np.concatenate([with_failure, np.setdiff1d(rows.group, with_failure)])
    place = np.argsort(order)
    return np.asarray(place[np.searchsorted(order, rows.group, sorter=place)])


def skill(new: Marks, base: Marks) -> tuple[float, float, float]:
    """Return by what share less probabilities were off than others, with its 95% interval.

    0 is no better and 1 is perfect; the interval is of drawing cases.
    """
    drawn = np.random.default_rng(1).integers(len(new.losses), size=(_DRAWS, len(new.losses)))
    ours, theirs = (each.losses[drawn].sum(axis=1) for each in (new, base))
    low, high = np.quantile(1 - ours / np.maximum(theirs, _TINY), (0.025, 0.975))
    whole = 1 - new.losses.sum() / max(float(base.losses.sum()), _TINY)
    return float(whole), float(low), float(high)
