"""Service levels: what classes are promised, and whether paths keep to it."""

from forerunner.sla.judging import Judged, Terms, judge
from forerunner.sla.operation import check, device_results, facts
from forerunner.sla.promises import Path, SlaClass, paths_from_data
from forerunner.sla.violations import events

__all__ = [
    "Judged",
    "Path",
    "SlaClass",
    "Terms",
    "check",
    "device_results",
    "events",
    "facts",
    "judge",
    "paths_from_data",
]
