"""The ledger's part that holds grades: they outlive the telemetry that they were told by."""

import json
from collections.abc import Iterable

from analytics.grade.grading import Grade
from forerunner.database import Execute, Transactional

_TABLE = """CREATE TABLE IF NOT EXISTS grades (
    prediction VARCHAR(64) PRIMARY KEY, time DOUBLE PRECISION NOT NULL, record TEXT NOT NULL)"""


class GradeBook:
    """Grades in the ledger's database; safe to share between processes.

    Args:
        ledger: Where they stand.
    """

    def __init__(self, ledger: Transactional) -> None:
        self._ledger = ledger

    def put(self, grades: Iterable[Grade]) -> None:
        """Write grades down. A verdict that stands is kept; what the act cost may still grow.

        Raises:
            LedgerError: Nothing was written.
        """
        with self._ledger.transaction() as execute:
            execute(_TABLE)
            for grade in grades:
                _put(execute, grade)

    def newest(self, limit: int = 1000) -> list[Grade]:
        """Return the grades of the newest predictions, newest first.

        Raises:
            InvalidData: One of them does not fit.
            LedgerError: They cannot be read.
        """
        with self._ledger.transaction() as execute:
            execute(_TABLE)
            rows = execute("SELECT record FROM grades ORDER BY time DESC LIMIT :limit", limit=limit)
        return [Grade.from_dict(json.loads(record), "ledger: grades") for (record,) in rows]


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
