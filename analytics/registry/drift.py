"""Whether inputs and calibration are still what a model was trained and tested on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analytics.calibration import BINS, calibration_gap
from forerunner.errors import InvalidData

PSI_DRIFTED = 0.25
"""Population stability from which a feature counts as drifted."""
KS_DRIFTED = 0.2
"""Distance of the distributions from which it does, if it is beyond chance too."""
ECE_DRIFTED = 0.1
"""Mean gap of reliability from which a calibration counts as drifted."""
LEAST = 100
"""Values below which nothing is said."""
_FLOOR = 1e-4


@dataclass(frozen=True)
class InputDrift:
    """How far a feature is from its training data.

    Attributes:
        psi: Population stability index over the deciles of training.
        ks: Largest distance of the distribution functions at those deciles, 0 to 1.
        n: How many finite values were compared.
        drifted: Whether a threshold was passed; False where there are too few values.
    """

    psi: float
    ks: float
    n: int
    drifted: bool


@dataclass(frozen=True)
class CalibrationDrift:
    """How far stated probabilities are from what happened.

    Attributes:
        ece: Mean gap between probability and frequency over bins, weighted by size.
        n: How many graded predictions.
        drifted: Whether the gap is above the threshold and beyond chance.
    """

    ece: float
    n: int
    drifted: bool


def deciles(training: ArrayLike, weights: ArrayLike | None = None) -> list[float]:
    """Return the quantiles 0.1 to 0.9 of a feature, to be kept in the card.

    Args:
        training: Its values; what is not finite is left out.
        weights: For how many values each of them stands; one when None.
    """
    values, weight = _weighted(training, weights)
    order = np.argsort(values)
    reached = np.cumsum(weight[order])
    places = np.searchsorted(reached, np.arange(1, BINS) / BINS * reached[-1])
    return [float(x) for x in values[order][np.minimum(places, len(values) - 1)]]


def shares(values: ArrayLike, edges: ArrayLike, weights: ArrayLike | None = None) -> list[float]:
    """Return the share of values in each bin between edges; ties need this beside deciles."""
    finite, weight = _weighted(values, weights)
    bins = np.searchsorted(_edges(edges), finite, side="left")
    counts = np.bincount(bins, weights=weight, minlength=len(_edges(edges)) + 1)
    return [float(x) for x in counts / max(1e-12, float(weight.sum()))]


def input_drift(expected: ArrayLike, edges: ArrayLike, values: ArrayLike) -> InputDrift:
    """Compare values with the training data's stored shares between its stored deciles.

    Args:
        expected: Shares of the training data, from `shares`.
        edges: From `deciles`.
        values: New ones; what is not finite is left out.

    Raises:
        InvalidData: The shares do not fit the edges.

    Source: B. Yurdakul, "Statistical properties of population stability index" (2018).
    """
    was = np.asarray(expected, dtype=float)
    if was.shape != (len(_edges(edges)) + 1,) or not np.isclose(was.sum(), 1.0):
        raise InvalidData("card", "shares", "are to be one more than the deciles and sum to 1")
    n = len(_weighted(values, None)[0])
    now = np.asarray(shares(values, edges))
    kept, seen = np.maximum(was, _FLOOR), np.maximum(now, _FLOOR)
    psi = float(np.sum((seen - kept) * np.log(seen / kept)))
    ks = float(np.abs(np.cumsum(now) - np.cumsum(was)).max())
    # Kolmogorov's 99% point; many features are asked at once.
    beyond = ks > max(KS_DRIFTED, 1.63 / np.sqrt(max(1, n)))
    return InputDrift(psi, ks, n, n >= LEAST and bool(psi > PSI_DRIFTED or beyond))


def calibration_drift(probability: ArrayLike, happened: ArrayLike) -> CalibrationDrift:
    """Compare stated probabilities with outcomes that were graded.

    Raises:
        InvalidData: A probability is outside 0 to 1, or the lengths differ.

    Source: D. Spiegelhalter, "Probabilistic prediction in patient management" (1986).
    """
    stated, came = np.asarray(probability, dtype=float), np.asarray(happened, dtype=float)
    if stated.shape != came.shape or not np.all((stated >= 0) & (stated <= 1)):
        raise InvalidData("graded", "probability", "is to be 0 to 1, one for each outcome")
    n = len(stated)
    ece = calibration_gap(stated, came)
    lean = float(np.sum((came - stated) * (1 - 2 * stated)))
    spread = float(np.sqrt(np.sum((1 - 2 * stated) ** 2 * stated * (1 - stated))))
    beyond = abs(lean) > 2.58 * spread or abs((came - stated).sum()) > 2.58 * np.sqrt(
        np.sum(stated * (1 - stated))
    )
    return CalibrationDrift(ece, n, n >= LEAST and ece > ECE_DRIFTED and bool(beyond))


def _weighted(
    values: ArrayLike, weights: ArrayLike | None
) -> tuple[np.ndarray[tuple[int], np.dtype[np.float64]], ...]:
    """Return the finite values and their weights."""
    array = np.asarray(values, dtype=np.float64).ravel()
    weight = np.ones(len(array)) if weights is None else np.asarray(weights, np.float64).ravel()
    kept = np.isfinite(array)
    return array[kept], weight[kept]


def _edges(edges: ArrayLike) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.asarray(edges, dtype=np.float64).ravel()
