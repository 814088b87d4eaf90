"""Replaying generated links through a detector and the lab's policy: acts, leads, probabilities."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from analytics.decide import Policy
from analytics.evaluate import acts
from analytics.failure.examples import Case, benign_case, fault_case
from analytics.failure.features import extract
from analytics.failure.series import BIN_S, ProbeSeries
from analytics.grade import Seen, judge
from forerunner.degradation import Schedule
from forerunner.model import Prediction

Rows = NDArray[np.float64]
Faults = Iterable[tuple[str, int]]
Detector = Callable[[ProbeSeries, Rows], Rows]
"""Gives the probability of every interval, debounced, from a series and its features."""

HORIZON_S = 60.0
_BEFORE_S = 20.0


@dataclass
class Tally:
    """What a detector did on all cases.

    Attributes:
        leads: By kind, seconds from the act to the hole of each fault; 0 for a missed one.
        false: Acts in benign time.
        benign_s: Seconds of it.
        squares: Sum of squared errors of the probability, of benign and of failing intervals.
        counts: How many intervals of each there are.
        graded: Acts whose grade is the truth, and all that were graded.
    """

    leads: dict[str, list[float]] = field(default_factory=dict)
    false: int = 0
    benign_s: float = 0.0
    squares: list[float] = field(default_factory=lambda: [0.0, 0.0])
    counts: list[int] = field(default_factory=lambda: [0, 0])
    graded: list[int] = field(default_factory=lambda: [0, 0])

    @property
    def rate(self) -> float:
        """Return false drains an hour."""
        return self.false / (self.benign_s / 3600) if self.benign_s else 0.0

    def all_leads(self, without: str = "") -> list[float]:
        """Return the leads of all kinds but one."""
        return [lead for kind, leads in self.leads.items() if kind != without for lead in leads]

    def brier(self, failing_share: float) -> float:
        """Return the Brier score of a mixture in which so many intervals fail, 0 to 1."""
        benign, failing = (
            x / n if n else 0.0 for x, n in zip(self.squares, self.counts, strict=True)
        )
        return (1 - failing_share) * benign + failing_share * failing


def replay(
    detectors: dict[str, Detector], policy: Policy, faults: Faults, hours: Iterable[int]
) -> dict[str, Tally]:
    """Return by detector what it did on the same cases, with the same policy.

    Args:
        detectors: By name.
        policy: Thresholds and cooldown.
        faults: Kind and seed of each.
        hours: Seed of each.
    """
    tallies = {name: Tally() for name in detectors}
    for kind, seed in faults:
        case = fault_case(kind, seed)
        rows = extract(case.series)
        for name, detector in detectors.items():
            _fault(tallies[name], case, detector(case.series, rows), policy)
    for seed in hours:
        case = benign_case(seed)
        rows = extract(case.series)
        for name, detector in detectors.items():
            _benign(tallies[name], case, detector(case.series, rows), policy)
    return tallies


def seen_of(series: ProbeSeries) -> Seen:
    """Return a series as probes of a link that began at time 0."""
    times = np.asarray((np.arange(len(series)) + 1) * BIN_S, np.float64)
    return Seen(times, series.lost, series.total, series.rtt_s)


def predicted(link: str, time: float, probability: float) -> Prediction:
    """Return the prediction of a failure that an act stands for."""
    name = f"{link} {time:.1f}"
    return Prediction(name, "link_failure", link, probability, None, HORIZON_S, {}, "bench", time)


def hole_of(plan: Schedule) -> float:
    """Return when the hole begins that an act is to come before.

    A flapping link's first hole comes out of health; the second one is meant.
    """
    hole = np.array([point.blackhole for point in plan.points])
    begins = np.flatnonzero(hole[1:] & ~hole[:-1]) + 1
    which = 1 if plan.kind == "flapping" and len(begins) > 1 else 0
    return float(plan.points[begins[which]].time_s)


def _fault(tally: Tally, case: Case, probability: Rows, policy: Policy) -> None:
    onset, hole = case.schedule.onset_s or 0.0, hole_of(case.schedule)
    times = [(index + 1) * BIN_S for index in acts(probability, policy, BIN_S)]
    early = [time for time in times if time <= onset]
    good = [time for time in times if onset < time < hole]
    tally.false += len(early)
    tally.benign_s += onset
    tally.leads.setdefault(case.schedule.kind, []).append(hole - good[0] if good else 0.0)
    if good:
        _compare(tally, case, good[0], "right")
    ends = (np.arange(len(probability)) + 1) * BIN_S
    _score(tally, probability[(ends > onset - _BEFORE_S) & (ends <= onset)], 0)
    _score(tally, probability[(ends > onset) & (ends <= hole)], 1)


def _benign(tally: Tally, case: Case, probability: Rows, policy: Policy) -> None:
    found = acts(probability, policy, BIN_S)
    tally.false += len(found)
    tally.benign_s += len(probability) * BIN_S
    for index in found:
        _compare(tally, case, (index + 1) * BIN_S, "false_alarm")
    _score(tally, probability, 0)


def _score(tally: Tally, probability: Rows, truth: int) -> None:
    tally.squares[truth] += float(((probability - truth) ** 2).sum())
    tally.counts[truth] += len(probability)


def _compare(tally: Tally, case: Case, time: float, truth: str) -> None:
    graded = judge(predicted("bench", time, 1.0), seen_of(case.series), time + 100.0)
    if graded.verdict != "unknown":
        tally.graded[0] += graded.verdict == truth
        tally.graded[1] += 1
