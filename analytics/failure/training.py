"""Training by the protocol of docs/prediction.md, and the card that says how it went."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import brier_score_loss

from analytics.failure.examples import (
    Case,
    Examples,
    fault_case,
    gather,
    together,
)
from analytics.failure.features import NAMES
from analytics.failure.model import LinkFailureModel
from analytics.failure.monitor import debounced
from analytics.failure.series import BIN_S
from analytics.registry.drift import deciles, shares
from forerunner.degradation import TEST_KINDS, TRAINING_KINDS

Report = Callable[[str], None]


@dataclass(frozen=True)
class Seeds:
    """Which seeds serve what; no seed serves two things.

    Attributes:
        learn: Faults that the trees are grown on.
        learn_hours: Benign hours that they are grown on.
        calibrate: Faults that the sigmoid is fitted on.
        calibrate_hours: Benign hours that it is fitted on.
        tune: Faults of training kinds that thresholds are fixed on.
        tune_hours: Benign hours that thresholds are fixed on.
        test: Faults of test kinds that the card's figures come from.
        test_hours: Benign hours that they come from.
    """

    learn: range = range(1000, 1040)
    learn_hours: range = range(10_000, 10_050)
    calibrate: range = range(2000, 2012)
    calibrate_hours: range = range(20_000, 20_008)
    tune: range = range(3000, 3030)
    tune_hours: range = range(30_000, 30_600)
    test: range = range(20)
    test_hours: range = range(40_000, 40_002)


SEEDS = Seeds()
LEAST_RECORDED_S = 3600.0
"""Recorded healthy seconds, over all links, from which the card says what inputs are usual."""


def train(report: Report, seeds: Seeds = SEEDS, own: Sequence[Examples] = ()) -> LinkFailureModel:
    """Return a model trained on `TRAINING_KINDS` and benign time, its card filled in.

    Args:
        report: Called with a sentence before each step.
        seeds: What to draw the data from.
        own: Healthy time that the network recorded, learned from beside what is generated.
    """
    report("simulating what to learn from")
    learn = together([gather(TRAINING_KINDS, seeds.learn, seeds.learn_hours), *own])
    calibrate = gather(TRAINING_KINDS, seeds.calibrate, seeds.calibrate_hours)
    report(f"growing trees on {len(learn.rows)} intervals")
    model = LinkFailureModel().fit(learn, calibrate)
    report("testing on kinds and seeds that were not learned from")
    model.card_ |= {
        "trained_on": list(TRAINING_KINDS),
        "tested_on": list(TEST_KINDS),
        "seeds": {name: [span.start, span.stop] for name, span in vars(seeds).items()},
        "intervals": len(learn.rows),
        "recorded_intervals": sum(len(each.rows) for each in own),
        "inputs": usual_inputs(own),
        "failing_share": _share(calibrate),
        "metrics": metrics(model, seeds),
    }
    return model


def usual_inputs(own: Sequence[Examples]) -> dict[str, dict[str, list[float]]]:
    """Return how each feature is distributed over recorded healthy time, for drift to be seen by.

    Args:
        own: What the network recorded; with less than an hour of it nothing is returned, since
            generated time says what is learned from, and not what is usual in this network.
    """
    if sum(float(each.weight.sum()) for each in own) * BIN_S < LEAST_RECORDED_S:
        return {}
    every = together(own)
    found = {}
    for name, column in zip(NAMES, every.rows.T, strict=True):
        edges = deciles(column, every.weight)
        found[name] = {"deciles": edges, "shares": shares(column, edges, every.weight)}
    return found


def metrics(model: LinkFailureModel, seeds: Seeds) -> dict[str, float]:
    """Return the card's figures on test kinds and test seeds.

    Returns:
        `brier` of the probability of each interval (from 20 s before the onset to the fault,
        and benign), `recall` of the faults that are likely (0.9) before they come,
        `lead_time_s` from then to the fault, median, and `lead_error_s`, the mean absolute
        error of the estimated lead time.
    """
    ramps = [kind for kind in TEST_KINDS if kind != "flapping"]
    cases = [fault_case(kind, seed) for kind in ramps for seed in seeds.test]
    leads = np.array([_lead_s(model, case) for case in cases])
    examples = gather(ramps, seeds.test, seeds.test_hours)
    known = np.isfinite(examples.remaining_s) & (examples.remaining_s > 0)
    likely = known & (model.predict(examples.rows) >= 0.9)
    rows, remaining = examples.rows[likely], examples.remaining_s[likely]
    guess = [model.lead_time_s(row) for row in rows[::10].tolist()]
    return {
        "brier": _brier(model, examples),
        "recall": float(np.mean(leads > 0)),
        "lead_time_s": float(np.median(leads)),
        "lead_error_s": float(np.mean(np.abs(np.array(guess) - remaining[::10]))),
    }


def _brier(model: LinkFailureModel, examples: Examples) -> float:
    probability = model.predict(examples.rows)
    return float(brier_score_loss(examples.failing, probability, sample_weight=examples.weight))


def _share(examples: Examples) -> float:
    return float(np.average(examples.failing, weights=examples.weight))


def _lead_s(model: LinkFailureModel, case: Case) -> float:
    """Return the seconds from the first likely interval since the onset to the fault."""
    onset, fault = case.schedule.onset_s or 0.0, case.schedule.fault_at_s or 0.0
    likely = debounced(model, case.series)[round(onset / BIN_S) :] >= 0.9
    if not likely.any():
        return 0.0
    return max(0.0, fault - onset - (int(np.argmax(likely)) + 1) * BIN_S)
