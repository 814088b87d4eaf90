"""Whether the model in service still sees what it was trained on, and still means what it says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from analytics.failure.features import NAMES, extract
from analytics.failure.model import LinkFailureModel
from analytics.grade import Grade
from analytics.registry.drift import CalibrationDrift, InputDrift, calibration_drift, input_drift
from analytics.renewal.recorded import Stretch
from forerunner.errors import InvalidData

MOST_FEATURES = 0.1
"""Share of the features that may have drifted: one of many does by chance, or by one sick link."""


@dataclass(frozen=True)
class ModelDrift:
    """How far a model's world is from that of its training.

    Attributes:
        inputs: By feature; empty where nothing was recorded, now or for the model to learn from.
        calibration: Of the graded predictions.
    """

    inputs: dict[str, InputDrift]
    calibration: CalibrationDrift

    @property
    def reasons(self) -> list[str]:
        """Return in words what has drifted; empty when nothing has."""
        moved = sorted(
            (name for name, each in self.inputs.items() if each.drifted),
            key=lambda name: -self.inputs[name].psi,
        )
        found = []
        if len(moved) > MOST_FEATURES * len(self.inputs):
            shown = ", ".join(f"{name} (PSI {self.inputs[name].psi:.2f})" for name in moved[:3])
            found.append(f"{len(moved)} of {len(self.inputs)} inputs have drifted: {shown}")
        if self.calibration.drifted:
            gap = f"{self.calibration.ece:.2f} on {self.calibration.n} graded predictions"
            found.append(f"its probabilities are off by {gap}")
        return found

    @property
    def seen(self) -> str:
        """Return in words what it was told by."""
        drifted = sum(each.drifted for each in self.inputs.values())
        inputs = (
            f"{drifted} of {len(self.inputs)} inputs drifted"
            if self.inputs
            else "no recorded inputs to compare"
        )
        return f"{inputs}, {self.calibration.n} grades"

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON data."""
        inputs = {name: vars(each) for name, each in self.inputs.items()}
        return {"inputs": inputs, "calibration": vars(self.calibration), "reasons": self.reasons}


def model_drift(
    model: LinkFailureModel, recorded: Sequence[Stretch], grades: Sequence[Grade]
) -> ModelDrift:
    """Return how far the recorded inputs and the graded predictions are from the model's own.

    Args:
        model: The one in service.
        recorded: The newest time of the links.
        grades: Of its predictions; those of other models and those not settled are left out.

    Raises:
        InvalidData: Its card holds no `inputs`: it was trained by an older version.
    """
    usual = model.card_.get("inputs")
    if not isinstance(usual, dict) or set(usual) not in (set(), set(NAMES)):
        raise InvalidData(model.name, "card.inputs", "is missing; train again")
    told = [each for each in grades if each.model == model.name and each.verdict != "unknown"]
    said = [each.probability for each in told]
    calibration = calibration_drift(said, [each.verdict == "right" for each in told])
    return ModelDrift(_inputs(usual, recorded), calibration)


def _inputs(usual: Mapping[str, Any], recorded: Sequence[Stretch]) -> dict[str, InputDrift]:
    if not recorded or not usual:
        return {}
    rows = np.vstack([extract(each.series) for each in recorded])
    return {
        name: input_drift(usual[name]["shares"], usual[name]["deciles"], column)
        for name, column in zip(NAMES, rows.T, strict=True)
    }
