"""How well soft failures of an optical line are told at its receiver alone.

The protocol stands in docs/predictions/failure.md. Rows for `forerunner.bench.predict`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from sklearn.metrics import f1_score

from analytics.failure.soft import SoftFailure
from forerunner.bench import intervals
from forerunner.bench.predict import classifiers
from forerunner.bench.predict.receivers import Receiver, hearing, lines
from forerunner.bench.rows import Extent, Row

_TRAINED = 0.7
_TREES = {"full": 150, "short": 20}
_PAST = 10
Answers = NDArray[np.bool_]


@dataclass(frozen=True)
class _Split:
    line: Receiver
    test: Answers

    @property
    def truth(self) -> Answers:
        return self.line.failing[self.test]


Said = Sequence[Answers]
"""What is said of the test time of each line."""


def optical(data: Path, extent: Extent, console: Console) -> list[Row]:
    """Return the row of soft failures at the receivers, and the same without a memory."""
    splits = [_split(each) for each in lines(data)]
    ours, plain = ([_ours(each, extent, remember) for each in splits] for remember in (True, False))
    peers = {"BER threshold": _f1(splits, [_threshold(each) for each in splits])}
    if extent == "full":
        peers["lightgbm"] = _f1(splits, [_lightgbm(each) for each in splits])
    best = max(peers, key=lambda name: peers[name])
    value, n = _f1(splits, ours), sum(len(each.truth) for each in splits)
    said = ", ".join(f"{name} {each:.4f}" for name, each in peers.items())
    heard = ", ".join(each.line.name for each in splits)
    what = f"F1 at {heard}, last 30% of the time; {_interval(splits, ours)}; {said}"
    alone = f"the same without memory of earlier failures; {_interval(splits, plain)}"
    console.print(what)
    ratio = value / peers[best] if peers[best] else None
    return [
        Row("optical_soft_f1", what, value, "", ">= 0.98", best, peers[best], ratio, n, "1"),
        Row("optical_soft_f1_no_memory", alone, _f1(splits, plain), n=n, seed="1"),
    ]


def _f1(splits: Sequence[_Split], said: Said) -> float:
    truth = np.concatenate([each.truth for each in splits])
    return float(f1_score(truth, np.concatenate(said)))


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
    return model.predict(line.time_s, line.signals)[split.test]


def _threshold(split: _Split) -> Answers:
    ber, learn = split.line.signals[:, 0], ~split.test
    bounds = np.unique(np.nanquantile(ber[learn], np.linspace(0, 1, 201)))
    marks = [f1_score(split.line.failing[learn], ber[learn] > each) for each in bounds]
    return np.asarray(ber > bounds[int(np.argmax(marks))])[split.test]


def _lightgbm(split: _Split) -> Answers:
    at = np.arange(len(split.test))
    past = [split.line.signals[np.maximum(0, at - lag)] for lag in range(_PAST + 1)]
    folds = split.test.astype(np.int64)[None, :]
    said = classifiers.answers("lightgbm", np.column_stack(past), split.line.failing, folds)
    return np.asarray(said[0], bool)[split.test]


def _interval(splits: Sequence[_Split], said: Said) -> str:
    """Return the 95% interval as text, episodes drawn anew: a healthy stretch and its failure."""
    counts = np.concatenate(
        [_counts(each.truth, told) for each, told in zip(splits, said, strict=True)], axis=1
    )

    def f1(at: NDArray[np.int64]) -> float:
        right, true, told = counts[:, at].sum(axis=1)
        return float(2 * right / max(true + told, 1))

    off = intervals.bootstrap(counts.shape[1], f1, seed=1)
    return f"{intervals.said(off, 4)} over {counts.shape[1]} episodes"


def _counts(truth: Answers, told: Answers) -> NDArray[np.float64]:
    """Return by episode how many samples are told rightly, are failing, and are told at all."""
    ends = np.flatnonzero(np.diff(truth.astype(np.int8)) == -1) + 1
    block = np.digitize(np.arange(len(truth)), ends)
    parts = (truth & told, truth, told)
    return np.array([np.bincount(block, part, len(ends) + 1) for part in parts])
