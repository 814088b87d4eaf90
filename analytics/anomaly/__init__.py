"""Detectors of what is unusual; strictly online, high means unusual."""

from analytics.anomaly.calibration import TailRank
from analytics.anomaly.cusum import CappedCusum
from analytics.anomaly.events import Alarm, AnomalyEvent, Cause, Grouping

__all__ = ["Alarm", "AnomalyEvent", "CappedCusum", "Cause", "Grouping", "TailRank"]
