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
_DRAWS = 2000
_BEFORE_S = 20.0


@dataclass
class Tally:
    """What a detector did on all cases.

    Attributes:
        leads: By kind, seconds from the act to the hole of each fault; 0 for a missed one.
        false: Acts in benign time.
        benign_s: Seconds of it.
        errors: Of each case, the sum of squared errors of the probability and the count of
            intervals: benign ones, then failing ones.
        graded: Acts whose grade is the truth, and all that were graded.
    """

    leads: dict[str, list[float]] = field(default_factory=dict)
    false: int = 0
    benign_s: float = 0.0
    errors: list[tuple[float, int, float, int]] = field(default_factory=list)
    graded: list[int] = field(default_factory=lambda: [0, 0])

    @property
    def rate(self) -> float:
        """Return false drains an hour."""
        return self.false / (self.benign_s / 3600) if self.benign_s else 0.0

    def all_leads(self, without: str = "") -> list[float]:
        """Return the leads of all kinds but one."""
        return [lead for kind, leads in self.leads.items() if kind != without for lead in leads]

    @property
    def intervals(self) -> int:
        """Return how many intervals were scored."""
        return sum(benign + failing for _, benign, _, failing in self.errors)

    def brier(self, failing_share: float) -> float:
        """Return the Brier score of a mixture in which so many intervals fail, 0 to 1."""
        return float(_brier(np.array(self.errors).sum(axis=0), failing_share))

    def brier_interval(self, failing_share: float, seed: int = 1) -> tuple[float, float]:
        """Return its 95% interval, faults and benign hours drawn anew, each among themselves."""
        table, random = np.array(self.errors), np.random.default_rng(seed)
        total = np.zeros((_DRAWS, 4))
        for part in (table[table[:, 3] > 0], table[table[:, 3] == 0]):
            if len(part):
                total += part[random.integers(0, len(part), (_DRAWS, len(part)))].sum(axis=1)
        low, high = np.quantile(_brier(total.T, failing_share), (0.025, 0.975))
        return float(low), float(high)

    def lead_interval(self, seed: int = 1) -> tuple[float, float]:
        """Return the 95% interval of the median lead, faults drawn anew."""
        every, random = np.array(self.all_leads()), np.random.default_rng(seed)
        drawn = np.median(every[random.integers(0, len(every), (_DRAWS, len(every)))], axis=1)
        low, high = np.quantile(drawn, (0.025, 0.975))
        return float(low), float(high)


def _brier(sums: Rows, failing_share: float) -> Rows:
    """Return the score of a mixture from sums of squares and counts, benign and failing."""
    benign, failing = (sums[at] / np.maximum(1, sums[at + 1]) for at in (0, 2))
    return np.asarray((1 - failing_share) * benign + failing_share * failing)


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
    benign = probability[(ends > onset - _BEFORE_S) & (ends <= onset)]
    failing = probability[(ends > onset) & (ends <= hole)]
    tally.errors.append((*_squares(benign, 0), *_squares(failing, 1)))


def _benign(tally: Tally, case: Case, probability: Rows, policy: Policy) -> None:
    found = acts(probability, policy, BIN_S)
    tally.false += len(found)
    tally.benign_s += len(probability) * BIN_S
    for index in found:
        _compare(tally, case, (index + 1) * BIN_S, "false_alarm")
    tally.errors.append((*_squares(probability, 0), 0.0, 0))


def _squares(probability: Rows, truth: int) -> tuple[float, int]:
    return float(((probability - truth) ** 2).sum()), len(probability)


def _compare(tally: Tally, case: Case, time: float, truth: str) -> None:
    graded = judge(predicted("bench", time, 1.0), seen_of(case.series), time + 100.0)
    if graded.verdict != "unknown":
        tally.graded[0] += graded.verdict == truth
        tally.graded[1] += 1
