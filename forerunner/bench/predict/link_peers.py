"""What our link failure model is compared with on the same cases."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from analytics.decide import Policy
from analytics.evaluate import acts
from analytics.evaluate.baseline import cusum_probability
from analytics.failure.examples import benign_case, fault_case, gather
from analytics.failure.features import extract
from analytics.failure.model import LinkFailureModel
from analytics.failure.series import BIN_S
from analytics.failure.training import SEEDS, Seeds
from forerunner.bench.predict.link_cases import Detector, Rows, hole_of
from forerunner.degradation import TRAINING_KINDS

Probability = Callable[[Rows], Rows]
LENGTHS = (2, 3, 5, 7, 10)
THRESHOLDS = tuple(float(1 / (1 + np.exp(-odds))) for odds in np.arange(1.0, 10.05, 0.1))
TUNE_HOURS = range(30_000, 30_100)
_MOST_ACTS = 0.05
_SHORT = Seeds(learn=range(1000, 1004), learn_hours=range(10_000, 10_002),
               calibrate=range(2000, 2003), calibrate_hours=range(20_000, 20_002))  # fmt: skip


@dataclass(frozen=True)
class Point:
    """Where a detector acts.

    Attributes:
        debounce: Intervals in a row that must agree.
        threshold: Probability from which they do.
    """

    debounce: int
    threshold: float


def debouncing(probability: Probability, debounce: int) -> Detector:
    """Return a detector that says the lowest of so many intervals, as the monitor does."""
    return lambda _series, rows: debounced(probability(rows), debounce)


def debounced(probability: Rows, debounce: int) -> Rows:
    """Return the lowest of so many intervals at each of them, as the monitor says it."""
    padded = np.concatenate((np.zeros(debounce - 1), probability))
    return np.asarray(sliding_window_view(padded, debounce).min(axis=1))


def ours(model: LinkFailureModel) -> Detector:
    """Return our model as a detector."""
    return debouncing(model.predict, model.debounce)


def cusum(policy: Policy) -> Detector:
    """Return the capped CUSUM, its threshold as docs/prediction.md fixes it."""
    return lambda series, _: cusum_probability(series, policy.act_probability)


def boosting(policy: Policy, short: bool) -> tuple[Detector, Point]:
    """Return scikit-learn's histogram boosting as a detector, and the point found for it.

    Its probabilities are moved so that its own threshold stands at the policy's, as far as acts
    go; the Brier score of a moved one means nothing and is not reported.
    """
    seeds = _SHORT if short else SEEDS
    probability = _boosted(seeds)
    hours = TUNE_HOURS[:3] if short else TUNE_HOURS
    point = operating_point(probability, policy, hours, seeds.tune[:2] if short else seeds.tune)
    detect, threshold = debouncing(probability, point.debounce), point.threshold

    def moved(series: object, rows: Rows) -> Rows:
        said = detect(series, rows)  # type: ignore[arg-type]
        reached = said >= threshold
        return np.where(reached, np.maximum(said, policy.act_probability),
                        np.minimum(said, np.nextafter(policy.act_probability, 0)))  # fmt: skip

    return moved, point


def _boosted(seeds: Seeds) -> Probability:
    learn = gather(TRAINING_KINDS, seeds.learn, seeds.learn_hours)
    calibrate = gather(TRAINING_KINDS, seeds.calibrate, seeds.calibrate_hours)
    trees = HistGradientBoostingClassifier(random_state=1)
    trees.fit(learn.rows, learn.failing, sample_weight=learn.weight)
    scores = trees.decision_function(calibrate.rows).reshape(-1, 1)
    sigmoid = LogisticRegression(C=1e6)
    sigmoid.fit(scores, calibrate.failing, sample_weight=calibrate.weight)

    def probability(rows: Rows) -> Rows:
        score = trees.decision_function(rows).reshape(-1, 1)
        return np.asarray(sigmoid.predict_proba(score)[:, 1])

    return probability


def operating_point(probability: Probability, policy: Policy, hours: range, faults: range) -> Point:
    """Return where a peer is to act: few enough acts for nothing, and then the most faults.

    As for our model: for each length of debouncing the lowest threshold at which the benign hours
    have few enough acts; of these, the one that acts on most faults of training kinds before they
    come, and then the earliest.

    Args:
        probability: Of every interval, from its features.
        policy: Cooldown, and where the trigger clears.
        hours: Seeds of benign hours.
        faults: Seeds of faults, of each training kind.
    """
    points = _quiet(probability, policy, hours)
    leads: dict[Point, list[float]] = {each: [] for each in points}
    for kind in TRAINING_KINDS:
        for seed in faults:
            case = fault_case(kind, seed)
            onset, hole = case.schedule.onset_s or 0.0, hole_of(case.schedule)
            for point, times in _acts(probability(extract(case.series)), policy, points):
                early = [hole - time for time in times if onset < time < hole]
                leads[point].append(max(early, default=0.0))
    return max(points, key=lambda x: (sum(lead > 0 for lead in leads[x]), sum(leads[x])))


def _quiet(probability: Probability, policy: Policy, hours: range) -> list[Point]:
    """Return for each length the lowest threshold with few enough acts in so many hours."""
    left = [Point(length, threshold) for length in LENGTHS for threshold in THRESHOLDS]
    counts = dict.fromkeys(left, 0)
    for seed in hours:
        for point, times in _acts(probability(extract(benign_case(seed).series)), policy, left):
            counts[point] += len(times)
        left = [each for each in left if counts[each] <= _MOST_ACTS * len(hours)]
    found = {each.debounce: each for each in reversed(left)}
    return list(found.values()) or [Point(LENGTHS[-1], THRESHOLDS[-1])]


def _acts(
    said: Rows, policy: Policy, points: Sequence[Point]
) -> Iterator[tuple[Point, list[float]]]:
    """Yield each point with the seconds at which a trigger there fires."""
    lowest = {each.debounce: debounced(said, each.debounce) for each in points}
    for each in points:
        rules = replace(policy, act_probability=each.threshold)
        fired = acts(lowest[each.debounce], rules, BIN_S)
        yield each, [(index + 1) * BIN_S for index in fired]
