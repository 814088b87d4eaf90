"""Detectors of what is unusual; strictly online, high means unusual."""

from analytics.anomaly.calibration import TailRank
from analytics.anomaly.changes import Change, Coincidence, RareChange
from analytics.anomaly.courses import CourseAnomalies
from analytics.anomaly.cusum import CappedCusum
from analytics.anomaly.events import Alarm, AnomalyEvent, Cause, Grouping
from analytics.anomaly.unusual import Unusual

__all__ = [
    "Alarm",
    "AnomalyEvent",
    "CappedCusum",
    "Cause",
    "Change",
    "Coincidence",
    "CourseAnomalies",
    "Grouping",
    "RareChange",
    "TailRank",
    "Unusual",
]
