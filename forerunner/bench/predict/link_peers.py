"""What our link failure model is compared with on the same cases."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from analytics.decide import Policy
from analytics.evaluate import acts
from analytics.evaluate.baseline import cusum_probability
from analytics.failure.examples import benign_case, gather
from analytics.failure.features import extract
from analytics.failure.model import LinkFailureModel
from analytics.failure.series import BIN_S
from analytics.failure.training import SEEDS, Seeds
from forerunner.bench.predict.link_cases import Detector, Rows
from forerunner.degradation import TRAINING_KINDS

Probability = Callable[[Rows], Rows]
THRESHOLDS = tuple(float(1 / (1 + np.exp(-odds))) for odds in np.arange(1.0, 10.05, 0.1))
TUNE_HOURS = range(30_000, 30_100)
_MOST_ACTS = 0.05
_SHORT = Seeds(learn=range(1000, 1004), learn_hours=range(10_000, 10_002),
               calibrate=range(2000, 2003), calibrate_hours=range(20_000, 20_002))  # fmt: skip


def debouncing(probability: Probability, debounce: int) -> Detector:
    """Return a detector that says the lowest of so many intervals, as the monitor does."""

    def detect(_series: object, rows: Rows) -> Rows:
        padded = np.concatenate((np.zeros(debounce - 1), probability(rows)))
        return np.asarray(sliding_window_view(padded, debounce).min(axis=1))

    return detect


def ours(model: LinkFailureModel) -> Detector:
    """Return our model as a detector."""
    return debouncing(model.predict, model.debounce)


def cusum(policy: Policy) -> Detector:
    """Return the capped CUSUM, its threshold as docs/prediction.md fixes it."""
    return lambda series, _: cusum_probability(series, policy.act_probability)


def boosting(policy: Policy, debounce: int, short: bool) -> tuple[Detector, float]:
    """Return scikit-learn's histogram boosting as a detector, and the threshold found for it.

    Its probabilities are moved so that its own threshold stands at the policy's, as far as acts
    go; the Brier score of a moved one means nothing and is not reported.
    """
    probability = _boosted(_SHORT if short else SEEDS)
    detect = debouncing(probability, debounce)
    threshold = _threshold(detect, policy, TUNE_HOURS[:3] if short else TUNE_HOURS)

    def moved(series: object, rows: Rows) -> Rows:
        said = detect(series, rows)  # type: ignore[arg-type]
        reached = said >= threshold
        return np.where(reached, np.maximum(said, policy.act_probability),
                        np.minimum(said, np.nextafter(policy.act_probability, 0)))  # fmt: skip

    return moved, threshold


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


def _threshold(detect: Detector, policy: Policy, hours: range) -> float:
    """Return the lowest threshold at which so many hours have few enough acts."""
    counts = dict.fromkeys(THRESHOLDS, 0)
    for seed in hours:
        series = benign_case(seed).series
        said = detect(series, extract(series))
        for threshold in THRESHOLDS:
            counts[threshold] += len(acts(said, replace(policy, act_probability=threshold), BIN_S))
    fitting = [x for x in THRESHOLDS if counts[x] <= _MOST_ACTS * len(hours)]
    return fitting[0] if fitting else THRESHOLDS[-1]
