"""The rule by which a new model takes the place of the one in service, on the same data."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forerunner.errors import InvalidData

DRAWS = 2000
LEAST_CASES = 10
CALIBRATION_SLACK = 0.005
"""By how much a new model's calibration gap may be wider, in probability."""


@dataclass(frozen=True)
class Marks:
    """How a model did on held-out cases.

    Attributes:
        losses: Brier score of each case.
        gap: Mean gap between probability and frequency over all of them, 0 to 1.
    """

    losses: NDArray[np.float64]
    gap: float


@dataclass(frozen=True)
class Verdict:
    """Whether to promote, and the reason in words.

    Attributes:
        promote: Whether the new one is to be put in service.
        reason: For the history.
        gain: Mean loss of the one in service less that of the new one; above 0 is better.
        low: Lower end of the gain's 95% interval.
        high: Upper end of it.
    """

    promote: bool
    reason: str
    gain: float
    low: float
    high: float


def compare(new: Marks, old: Marks, seed: int = 1) -> Verdict:
    """Return whether a new model is better beyond noise, and not worse calibrated.

    Args:
        new: Of the new model.
        old: Of the one in service, on the same cases in the same order.
        seed: Of the bootstrap.

    Raises:
        InvalidData: The losses are not of the same cases, or not finite.

    Source: B. Efron, R. Tibshirani, "An introduction to the bootstrap" (1993), chapter 8.
    """
    ours, theirs = new.losses, old.losses
    if ours.shape != theirs.shape or ours.ndim != 1 or not np.isfinite(ours - theirs).all():
        raise InvalidData("held-out cases", "loss", "is to be finite, one a case for both models")
    if len(ours) < LEAST_CASES:
        reason = f"kept: {len(ours)} held-out cases are too few, {LEAST_CASES} at the least"
        return Verdict(False, reason, 0.0, 0.0, 0.0)
    return _verdict(theirs - ours, new.gap, old.gap, seed)


def _verdict(gains: NDArray[np.float64], new_gap: float, old_gap: float, seed: int) -> Verdict:
    drawn = np.random.default_rng(seed).integers(0, len(gains), (DRAWS, len(gains)))
    low, high = (float(x) for x in np.quantile(gains[drawn].mean(axis=1), (0.025, 0.975)))
    gain = float(gains.mean())
    figures = f"gain {gain:.5f} (95%: {low:.5f} to {high:.5f}) on {len(gains)} held-out cases"
    if low <= 0:
        return Verdict(False, f"kept: {figures} is within noise", gain, low, high)
    if new_gap > old_gap + CALIBRATION_SLACK:
        worse = f"calibration gap {new_gap:.4f} against {old_gap:.4f}"
        return Verdict(False, f"kept: {figures}, but {worse}", gain, low, high)
    return Verdict(True, f"promoted: {figures}, calibration no worse", gain, low, high)
