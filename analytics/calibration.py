"""How far stated probabilities are from what happened."""

import numpy as np
from numpy.typing import ArrayLike

BINS = 10


def calibration_gap(
    probability: ArrayLike, happened: ArrayLike, weight: ArrayLike | None = None, bins: int = BINS
) -> float:
    """Return the mean gap between probability and frequency, 0 (best) to 1; 0 of nothing.

    Args:
        probability: Stated, 0 to 1.
        happened: Whether it came true, one for each.
        weight: For how many each stands; one when None.
        bins: Equal widths that they are sorted into; each counts by what it holds.

    Source: M. Naeini et al., "Obtaining well calibrated probabilities", AAAI (2015).
    """
    said, came = np.asarray(probability, np.float64), np.asarray(happened, np.float64)
    stands = np.ones(len(said)) if weight is None else np.asarray(weight, np.float64)
    gaps = np.bincount(places(said, bins), stands * (came - said), bins)
    return float(np.abs(gaps).sum() / max(1e-12, float(stands.sum())))


def places(probability: ArrayLike, bins: int = BINS) -> np.ndarray:
    """Return the bin of each probability, from 0 on."""
    return np.minimum(bins - 1, (np.asarray(probability) * bins).astype(np.int64))
