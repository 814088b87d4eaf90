"""Learning the causes behind alarms: what is held out, how a model does on it, what it replaces."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sklearn
from numpy.typing import NDArray
from sklearn.metrics import f1_score

from analytics.calibration import calibration_gap
from analytics.diagnosis.command import KIND
from analytics.diagnosis.model import FOLDS, AlarmDiagnosis
from analytics.registry import Registry
from analytics.registry.code import code_version
from analytics.registry.compare import Marks, compare
from analytics.registry.contest import FIRST, Renewal, enter
from analytics.registry.entry import digest
from analytics.registry.store import Origin
from forerunner.errors import InvalidData

_HELD_OUT = 5


@dataclass(frozen=True)
class Windows:
    """Windows whose cause is known.

    Attributes:
        seconds: That each alarm was active, shape (windows, alarms).
        causes: The class of each window.
        alarms: Names of the alarms.
    """

    seconds: NDArray[np.float64]
    causes: Sequence[str]
    alarms: Sequence[str]

    def part(self, chosen: NDArray[np.bool_]) -> "Windows":
        """Return some of the windows."""
        causes = [cause for cause, each in zip(self.causes, chosen, strict=True) if each]
        return Windows(self.seconds[chosen], causes, self.alarms)

    def hashes(self) -> list[str]:
        """Return the sha256 of each window; the same one twice has the same."""
        rows = zip(self.seconds, self.causes, strict=True)
        return [hashlib.sha256(row.tobytes() + cause.encode()).hexdigest() for row, cause in rows]


def held_out(given: Windows) -> NDArray[np.bool_]:
    """Return which windows are never learned from: of each class a fifth, told by their content.

    By their content, so that a model that is learned from a longer table has not learned from what
    the one before it was held out from, and a repeat is not on both sides. A class keeps as many
    windows to learn from as a model needs.
    """
    hashes = given.hashes()
    out = np.array([int(each[:8], 16) % _HELD_OUT == 0 for each in hashes], bool)
    causes = np.array(given.causes)
    for cause in np.unique(causes):
        mine = np.flatnonzero(causes == cause)
        if (~out[mine]).sum() < FOLDS:
            out[mine] = False
    return out


def learn(given: Windows, report: dict[str, Any] | None = None) -> tuple[AlarmDiagnosis, Origin]:
    """Return a model, learned from what is not held out, with where it comes from.

    Args:
        given: Windows whose cause is known.
        report: More for its card.

    Raises:
        InvalidData: The shapes differ, or a class has too few windows.
    """
    out = held_out(given)
    known = given.part(~out)
    model = AlarmDiagnosis().fit(known.seconds, known.causes, known.alarms)
    settings = [model.trees, model.rounds, model.within, model.seed, sklearn.__version__]
    said = json.dumps([sorted(known.hashes()), list(known.alarms), settings])
    card = {
        "trained_on": {cause: known.causes.count(cause) for cause in model.causes_},
        "held_out": int(out.sum()),
        "alarms": list(given.alarms),
        "settings": settings,
        **(report or {}),
    }
    return model, Origin(
        digest(said.encode()), code_version(), metrics(model, given.part(out)), card
    )


def renew(book: Registry, given: Windows, who: str, report: dict[str, Any]) -> Renewal:
    """Return what became of a model that was learned from a table.

    Raises:
        InvalidData: The shapes differ, a class has too few windows, or the files of the model in
            service were altered.
    """
    model, origin = learn(given, report)
    test = given.part(held_out(given))

    def judge(serving: bytes | None) -> tuple[bool, str]:
        if serving is None:
            return FIRST
        try:
            old = AlarmDiagnosis.from_state(json.loads(serving), f"{KIND} in service")
        except InvalidData:
            return True, "the one in service is of an old form"
        if old.alarms_ != model.alarms_:
            return True, "the one in service knows other alarms"
        verdict = compare(marks(model, test), marks(old, test))
        return verdict.promote, verdict.reason

    return enter(book, KIND, (json.dumps(model.state()).encode(), origin), who, judge)


def marks(model: AlarmDiagnosis, test: Windows) -> Marks:
    """Return the Brier score of each window over all classes, and the gap of the likeliest."""
    if not len(test.causes):
        return Marks(np.zeros(0), 0.0)
    chances = model.predict_probabilities(test.seconds)
    truth = np.array([[cause == each for each in model.causes_] for cause in test.causes], float)
    # A class that the model does not know is a miss whatever it says.
    unknown = 1.0 - truth.sum(axis=1)
    likeliest = chances.argmax(axis=1)
    right = truth[np.arange(len(truth)), likeliest]
    losses = ((chances - truth) ** 2).sum(axis=1) + unknown
    return Marks(losses, calibration_gap(chances.max(axis=1), right))


def metrics(model: AlarmDiagnosis, test: Windows) -> dict[str, float]:
    """Return the card's figures on what was held out; empty where nothing was."""
    if not len(test.causes):
        return {}
    found = marks(model, test)
    answers = model.predict(test.seconds)
    return {
        "macro_f1": float(f1_score(list(test.causes), answers, average="macro")),
        "brier": float(found.losses.mean()),
        "calibration_gap": found.gap,
        "windows": float(len(test.causes)),
    }
