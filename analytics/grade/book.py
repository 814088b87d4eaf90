"""The ledger's part that holds grades: they outlive the telemetry that they were told by."""

import json
from collections.abc import Iterable

from sqlalchemy import column, select, table

from analytics.grade.grading import Grade
from forerunner.database import Execute
from forerunner.ledger import Ledger, waiting
from forerunner.model import Prediction

ALL = 2**62
"""As many as there are."""
_TABLE = """CREATE TABLE IF NOT EXISTS grades (
    prediction VARCHAR(64) PRIMARY KEY, time DOUBLE PRECISION NOT NULL, record TEXT NOT NULL)"""
_NEWEST = """SELECT record FROM grades WHERE record LIKE :false
    OR prediction IN (SELECT prediction FROM grades ORDER BY time DESC LIMIT :limit)
    ORDER BY time DESC"""
_GRADES = table("grades", column("prediction"))
# As `_put` writes it; within a text of the record its quotes would be escaped.
_FALSE = '%"verdict": "false_alarm"%'


class GradeBook:
    """Grades in the ledger's database; safe to share between processes.

    Args:
        ledger: Where they stand.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def put(self, grades: Iterable[Grade]) -> None:
        """Write grades down. A verdict that stands is kept; what the act cost may still grow.

        Raises:
            LedgerError: Nothing was written.
        """
        given = list(grades)
        if not given:
            return
        with self._ledger.transaction() as execute:
            execute(_TABLE)
            for grade in given:
                _put(execute, grade)

    def newest(self, limit: int = ALL) -> list[Grade]:
        """Return the newest grades and, however old, every false alarm; newest first.

        A false alarm counts against a grant for as long as the grant lasts.

        Raises:
            InvalidData: One of them does not fit.
            LedgerError: They cannot be read.
        """
        with self._ledger.transaction() as execute:
            execute(_TABLE)
            rows = execute(_NEWEST, limit=limit, false=_FALSE)
        return [Grade.from_dict(json.loads(record), "ledger: grades") for (record,) in rows]

    def ungraded(self, limit: int, since: float) -> list[Prediction]:
        """Return the newest predictions without a grade, and others, as `ledger.waiting` does."""
        with self._ledger.transaction() as execute:
            execute(_TABLE)
        return waiting(self._ledger, select(_GRADES.c.prediction), limit, since)


def _put(execute: Execute, grade: Grade) -> None:
    found = execute("SELECT record FROM grades WHERE prediction = :id", id=grade.prediction)
    if found:
        old = json.loads(found[0][0])
        record = old | {"cost": grade.to_dict()["cost"], "acted": grade.acted}
        query = "UPDATE grades SET record = :record WHERE prediction = :id"
        execute(query, record=json.dumps(record), id=grade.prediction)
        return
    execute(
        "INSERT INTO grades VALUES (:id, :time, :record)",
        id=grade.prediction,
        time=grade.made_at,
        record=json.dumps(grade.to_dict()),
    )
