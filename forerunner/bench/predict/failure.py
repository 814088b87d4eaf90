"""How well the cause behind a set of alarms is told.

The protocol stands in docs/predictions/failure.md. Rows for `forerunner.bench.predict`.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold
from sklearn.neighbors import KNeighborsClassifier

from analytics.diagnosis.model import AlarmDiagnosis
from forerunner.bench import intervals
from forerunner.bench.predict import classifiers
from forerunner.bench.predict.alarm_windows import Windows, windows
from forerunner.bench.rows import Extent, Row

_FOLDS, _DRAWS = 5, 1000
_SEEDS = {"full": (1, 2, 3, 4, 5), "short": (1,)}
_TREES = {"full": (200, 100), "short": (20, 10)}
Folds = NDArray[np.int64]


def microwave(data: Path, extent: Extent, console: Console) -> list[Row]:
    """Return the row of the cause behind alarms, on folds that nothing was chosen on."""
    known = windows(data)
    folds = np.stack([_folds(known, seed) for seed in _SEEDS[extent]])
    ours = _answers(known, folds, _ours(extent, console))
    figures = {"nearest": _answers(known, folds, _nearest)}
    if extent == "full":
        figures |= {
            name: classifiers.answers(name, known.seconds, known.causes, folds)
            for name in ("lightgbm", "random forest")
        }
    macro = {name: _macro(known, said) for name, said in figures.items()}
    value, (low, high) = _macro(known, ours), _interval(known, ours, _each(known))
    best = max(macro, key=lambda name: macro[name])
    said = ", ".join(f"{name} {each:.3f}" for name, each in macro.items())
    what = f"{len(known.causes)} unique windows ({known.repeats} repeats dropped), {_FOLDS} folds,"
    what += f" {len(folds)} times; 95% {low:.3f} to {high:.3f}; {said}"
    console.print(what)
    ratio = value / macro[best]
    row = Row("microwave_macro_f1", what, value, "", ">= 0.95", best, macro[best], ratio, ours.size)
    return [row, _unseen_patterns(known, extent, console)]


def _unseen_patterns(known: Windows, extent: Extent, console: Console) -> Row:
    """Return what remains where not even a pattern of active alarms was seen before."""
    _, patterns = np.unique(known.seconds > 0, axis=0, return_inverse=True)
    split = StratifiedGroupKFold(_FOLDS, shuffle=True, random_state=1)
    folds = _numbered(split.split(known.seconds, known.causes, patterns.ravel()), known)[None]
    ours, nearest = (_answers(known, folds, x) for x in (_ours(extent, console), _nearest))
    members = [np.flatnonzero(patterns.ravel() == x) for x in np.unique(patterns)]
    off = intervals.said(_interval(known, ours, members))
    what = f"the same, every pattern of active alarms ({len(members)}) in one fold; {off}"
    value, peer = _macro(known, ours), _macro(known, nearest)
    name = "microwave_macro_f1_new_patterns"
    return Row(name, what, value, "", None, "nearest", peer, value / peer, ours.size, "1")


Learner = Callable[[Windows, NDArray[np.bool_]], NDArray[np.str_]]
"""Learns from the windows that are not held out, and answers for those that are."""


def _folds(known: Windows, seed: int) -> Folds:
    split = StratifiedKFold(_FOLDS, shuffle=True, random_state=seed)
    return _numbered(split.split(known.seconds, known.causes), known)


def _numbered(splits: Iterable[tuple[Folds, Folds]], known: Windows) -> Folds:
    found = np.empty(len(known.causes), np.int64)
    for number, (_, held) in enumerate(splits):
        found[held] = number
    return found


def _answers(known: Windows, folds: Folds, learner: Learner) -> NDArray[np.str_]:
    """Return the answers of every repetition, shape (repetitions, windows)."""
    said = np.empty(folds.shape, known.causes.dtype)
    for number, fold in enumerate(folds):
        for each in np.unique(fold):
            said[number, fold == each] = learner(known, fold == each)
    return said


def _ours(extent: Extent, console: Console) -> Learner:
    trees, rounds = _TREES[extent]

    def answer(known: Windows, held: NDArray[np.bool_]) -> NDArray[np.str_]:
        model = AlarmDiagnosis(trees, rounds)
        model.fit(known.seconds[~held], list(known.causes[~held]), known.alarms)
        console.print(f"fold of {held.sum()} windows: mix {model.mix_}")
        return model.predict(known.seconds[held])

    return answer


def _nearest(known: Windows, held: NDArray[np.bool_]) -> NDArray[np.str_]:
    model = KNeighborsClassifier(1).fit(known.seconds[~held], known.causes[~held])
    return np.asarray(model.predict(known.seconds[held]))


def _macro(known: Windows, said: NDArray[np.str_]) -> float:
    return float(np.mean([f1_score(known.causes, each, average="macro") for each in said]))


def _each(known: Windows) -> list[NDArray[np.int64]]:
    return list(np.arange(len(known.causes))[:, None])


def _interval(
    known: Windows, said: NDArray[np.str_], drawn: Sequence[NDArray[np.int64]]
) -> intervals.Interval:
    """Return the 95% interval, groups of windows drawn anew with the answers of all repetitions."""
    names, labels = np.unique(known.causes, return_inverse=True)
    answers = np.searchsorted(names, said)

    def figure(at: NDArray[np.int64]) -> float:
        some = np.concatenate([drawn[x] for x in at])
        return float(np.mean([_f1(labels[some], each[some], len(names)) for each in answers]))

    return intervals.bootstrap(len(drawn), figure, _DRAWS, 1)


def _f1(labels: NDArray[np.int64], said: NDArray[np.int64], classes: int) -> float:
    right = np.bincount(labels[labels == said], minlength=classes)
    both = np.bincount(labels, minlength=classes) + np.bincount(said, minlength=classes)
    return float(np.mean(2 * right / np.maximum(both, 1)))
