"""How well soft failures of an optical line are told at its receiver alone.

The protocol stands in docs/predictions/failure.md. Rows for `forerunner.bench.predict`.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from sklearn.metrics import f1_score

from analytics.failure.soft import SoftFailure
from forerunner.bench.predict import classifiers
from forerunner.bench.predict.receivers import Receiver, hearing, receivers
from forerunner.bench.rows import Extent, Row

_TRAINED = 0.7
_TREES = {"full": 150, "short": 20}
_PAST, _DRAWS = 10, 2000
Answers = NDArray[np.bool_]


@dataclass(frozen=True)
class _Split:
    line: Receiver
    test: Answers

    def f1(self, said: Answers) -> float:
        return float(f1_score(self.line.failing[self.test], said[self.test]))


def optical(data: Path, extent: Extent, console: Console) -> list[Row]:
    """Return the row of soft failures at the receiver, and the same without a memory."""
    split = _split(receivers(data))
    ours, plain = (_ours(split, extent, remember) for remember in (True, False))
    peers = {"BER threshold": split.f1(_threshold(split))}
    if extent == "full":
        peers["lightgbm"] = split.f1(_lightgbm(split))
    best = max(peers, key=lambda name: peers[name])
    value, n = split.f1(ours), int(split.test.sum())
    said = ", ".join(f"{name} {each:.4f}" for name, each in peers.items())
    what = f"F1 at {split.line.name}, last 30% of the time; {_interval(split, ours)}; {said}"
    alone = f"the same without memory of earlier failures; {_interval(split, plain)}"
    console.print(what)
    ratio = value / peers[best] if peers[best] else None
    return [
        Row("optical_soft_f1", what, value, "", ">= 0.98", best, peers[best], ratio, n, "1"),
        Row("optical_soft_f1_no_memory", alone, split.f1(plain), n=n, seed="1"),
    ]


def _split(some: list[Receiver]) -> _Split:
    begin = min(each.time_s[0] for each in some)
    end = max(each.time_s[-1] for each in some)
    until = begin + _TRAINED * (end - begin)
    line = hearing(some, until)
    return _Split(line, line.time_s >= until)


def _ours(split: _Split, extent: Extent, remember: bool) -> Answers:
    line, learn = split.line, ~split.test
    model = SoftFailure(_TREES[extent], remember=remember)
    model.fit(line.time_s[learn], line.signals[learn], line.failing[learn])
    # Online, so that what is asked may begin in the time that was learned from.
    return model.predict(line.time_s, line.signals)


def _threshold(split: _Split) -> Answers:
    ber, learn = split.line.signals[:, 0], ~split.test
    bounds = np.unique(np.nanquantile(ber[learn], np.linspace(0, 1, 201)))
    marks = [f1_score(split.line.failing[learn], ber[learn] > each) for each in bounds]
    return np.asarray(ber > bounds[int(np.argmax(marks))])


def _lightgbm(split: _Split) -> Answers:
    at = np.arange(len(split.test))
    past = [split.line.signals[np.maximum(0, at - lag)] for lag in range(_PAST + 1)]
    folds = split.test.astype(np.int64)[None, :]
    said = classifiers.answers("lightgbm", np.column_stack(past), split.line.failing, folds)
    return np.asarray(said[0], bool)


def _interval(split: _Split, said: Answers) -> str:
    """Return the 95% interval as text, episodes drawn anew: a healthy stretch and its failure."""
    truth, answers = split.line.failing[split.test], said[split.test]
    ends = np.flatnonzero(np.diff(truth.astype(np.int8)) == -1) + 1
    block = np.digitize(np.arange(len(truth)), ends)
    counts = np.array(
        [np.bincount(block, weights=part) for part in (truth & answers, truth, answers)]
    )
    random = np.random.default_rng(1)
    drawn = random.integers(counts.shape[1], size=(_DRAWS, counts.shape[1]))
    right, true, told = counts[:, drawn].sum(axis=2)
    low, high = np.quantile(2 * right / np.maximum(true + told, 1), (0.025, 0.975))
    return f"95% {low:.4f} to {high:.4f} over {counts.shape[1]} episodes"
