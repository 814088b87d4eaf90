"""How good a detector is where it counts: packets lost, and acts for nothing."""

from analytics.evaluate.acts import acts
from analytics.evaluate.shares import loss_share

__all__ = ["acts", "loss_share"]
