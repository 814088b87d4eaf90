"""Bringing devices back to a point in their history, and proving now and then that it works."""

from forerunner.restore.drilling import Drill, drill, run_drill
from forerunner.restore.history import from_history

__all__ = ["Drill", "drill", "from_history", "run_drill"]
