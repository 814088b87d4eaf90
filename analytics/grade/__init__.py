"""Predictions graded by what happened, and what a playbook may do by itself for it."""

from analytics.grade.grading import Cost, Grade, Terms, Verdict
from analytics.grade.ladder import Autonomy, Grant, Ladder, Level, autonomy
from analytics.grade.record import Record, record
from analytics.grade.verdict import Judgement, Seen, judge

__all__ = [
    "Autonomy",
    "Cost",
    "Grade",
    "Grant",
    "Judgement",
    "Ladder",
    "Level",
    "Record",
    "Seen",
    "Terms",
    "Verdict",
    "autonomy",
    "judge",
    "record",
]
