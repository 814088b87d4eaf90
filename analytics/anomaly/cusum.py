"""A cumulative sum on packet loss, with a cap on what one interval may add."""

from typing import Self

import numpy as np
from numpy.typing import NDArray

# Increments are multiples of this, so that sums are exact and the online and the vectorised
# path agree to the last bit.
_GRAIN = 1024.0


class CappedCusum:
    """Sum of log-likelihood ratios of a failing against a healthy loss, never below zero.

    Each interval adds log P(lost | failing) - log P(lost | healthy), packets being lost
    independently, but no more than `cap`: half a second of heavy loss alone must not raise it
    as far as seconds of moderate loss do. Score in nats; 0 is usual, high is unusual.

    Args:
        healthy_loss: Share of packets, 0 to 1, that a healthy link may lose; the smallest that
            `fit` will learn.
        failing_loss: Share of packets that a failing link loses.
        cap: Most that one interval adds, in nats.

    Attributes:
        healthy_loss_: Healthy share of loss in use; `healthy_loss` until `fit` learns more.

    Source: E. S. Page, "Continuous inspection schemes", Biometrika 41 (1954).
    """

    unit = "nats"

    def __init__(
        self, healthy_loss: float = 0.015, failing_loss: float = 0.05, cap: float = 3.0
    ) -> None:
        self.healthy_loss = healthy_loss
        self.failing_loss = failing_loss
        self.cap = cap
        self._prepare(healthy_loss)
        self.reset()

    def fit(self, lost: NDArray[np.int64], sent: NDArray[np.int64]) -> Self:
        """Learn the healthy loss from intervals of a healthy link and forget the past.

        Args:
            lost: Packets lost, one value an interval.
            sent: Packets sent, of the same shape.
        """
        seen = float(lost.sum()) / max(1, int(sent.sum()))
        # A healthy link that loses as much as a failing one would leave nothing to tell apart.
        self._prepare(min(max(seen, self.healthy_loss), self.failing_loss / 2))
        return self.reset()

    def reset(self) -> Self:
        """Forget what was seen, keep what was learned."""
        self._sum = 0.0
        return self

    def update(self, lost: int, sent: int) -> float:
        """Take in one interval and return the score after it."""
        step = round((lost * self._per_lost + (sent - lost) * self._per_kept) * _GRAIN) / _GRAIN
        self._sum = max(0.0, self._sum + min(self.cap, step))
        return self._sum

    def score(self, lost: NDArray[np.int64], sent: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the score after each interval, from a standing start; O(n), vectorised.

        The same values as `update` gives one by one.
        """
        raw = lost * self._per_lost + (sent - lost) * self._per_kept
        steps = np.minimum(self.cap, np.rint(raw * _GRAIN) / _GRAIN)
        total = np.concatenate(([0.0], np.cumsum(steps)))
        return np.asarray((total - np.minimum.accumulate(total))[1:])

    def _prepare(self, healthy_loss: float) -> None:
        self.healthy_loss_ = healthy_loss
        self._per_lost = float(np.log(self.failing_loss / healthy_loss))
        self._per_kept = float(np.log((1 - self.failing_loss) / (1 - healthy_loss)))
