"""What a share that was seen says of the true one.

Source: C. Clopper and E. Pearson, "The use of confidence or fiducial limits" (1934).
"""

from scipy.special import betaincinv


def lower_bound(hits: float, count: float, confidence: float = 0.95) -> float:
    """Return the one-sided lower bound of a share: 0 (nothing is known) to 1.

    Args:
        hits: How many were.
        count: Of how many; neither needs to be whole.
        confidence: With which the true share is no lower, 0 to 1.
    """
    if hits <= 0:
        return 0.0
    return float(betaincinv(hits, count - hits + 1, 1 - confidence))


def interval(hits: float, count: float, confidence: float = 0.95) -> tuple[float, float]:
    """Return both ends between which the true share is, 0 to 1.

    Args:
        hits: How many were.
        count: Of how many; neither needs to be whole.
        confidence: With which it is between them, 0 to 1; what is left is shared by both sides.
    """
    each = (1 + confidence) / 2
    return lower_bound(hits, count, each), 1 - lower_bound(count - hits, count, each)
