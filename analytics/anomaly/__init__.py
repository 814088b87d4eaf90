"""Detectors of what is unusual; strictly online, high means unusual."""

from analytics.anomaly.cusum import CappedCusum

__all__ = ["CappedCusum"]
