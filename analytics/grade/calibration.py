"""Whether probabilities come true as often as they say."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.calibration import calibration_gap, places

_DRAWS = 1000


@dataclass(frozen=True)
class Bin:
    """Predictions of about the same probability.

    Attributes:
        low: Least probability of the bin, 0 to 1.
        high: Its upper end.
        count: How many there are.
        predicted: Their mean probability.
        happened: Share of them that came true.
    """

    low: float
    high: float
    count: int
    predicted: float
    happened: float


@dataclass(frozen=True)
class Reliability:
    """How well probabilities and events agree.

    Attributes:
        brier: Mean squared difference, 0 (best) to 1.
        ece: Expected calibration error, 0 (best) to 1.
        ece_low: Lower end of its interval (bootstrap, 95%).
        ece_high: Upper end.
        bins: The reliability diagram; only bins that hold something.

    Source: G. Brier, Monthly Weather Review 78 (1950); M. Naeini et al., AAAI (2015).
    """

    brier: float
    ece: float
    ece_low: float
    ece_high: float
    bins: tuple[Bin, ...]


def calibration(
    probability: Sequence[float], happened: Sequence[bool], bins: int = 10, seed: int = 0
) -> Reliability | None:
    """Return how well probabilities and events agree; None without any.

    Args:
        probability: Of each prediction, 0 to 1.
        happened: Whether it came true.
        bins: Equal widths that they are sorted into.
        seed: Of the bootstrap.
    """
    if not len(probability):
        return None
    said, came = np.asarray(probability, np.float64), np.asarray(happened, np.float64)
    place = places(said, bins)
    drawn = np.random.default_rng(seed).integers(0, len(said), (_DRAWS, len(said)))
    errors = [calibration_gap(said[row], came[row], bins=bins) for row in drawn]
    low, high = (float(end) for end in np.quantile(errors, (0.025, 0.975)))
    brier = float(np.mean((said - came) ** 2))
    sorted_in = tuple(_bins(place, said, came, bins))
    return Reliability(brier, calibration_gap(said, came, bins=bins), low, high, sorted_in)


def _bins(
    place: NDArray[np.int64], said: NDArray[np.float64], came: NDArray[np.float64], bins: int
) -> list[Bin]:
    return [
        Bin(
            low=float(index) / bins,
            high=float(index + 1) / bins,
            count=int((place == index).sum()),
            predicted=float(said[place == index].mean()),
            happened=float(came[place == index].mean()),
        )
        for index in np.unique(place)
    ]
