"""Which DAG run is taken for the one that a prediction started, and what is said of it."""

from typing import Any

import pytest

from forerunner.bench.telemetry import wire
from forerunner.model import Prediction

_MADE_AT = 1_800_000_000.0
_PREDICTION = Prediction("p-1", "link_failure", "r1:r3", 0.99, 5.0, 60.0, {}, "m", _MADE_AT)


def _at(seconds: float) -> str:
    return f"2027-01-15T08:00:{seconds:06.3f}+00:00"


class _Airflow:
    """Runs as Airflow tells them: what raised each, and when it and its task started."""

    def __init__(self, **runs: tuple[str, str | None, str | None]) -> None:
        self._runs = runs

    def runs(self, _dag: str, limit: int) -> list[dict[str, Any]]:
        return [{"dag_run_id": x, "start_date": y[1]} for x, y in list(self._runs.items())[:limit]]

    def events(self, _dag: str, run: str) -> list[dict[str, Any]]:
        name = self._runs[run][0]
        return [{"extra": {"payload": {"prediction": name}}}, {"extra": {"from": "a_warm_up"}}]

    def tasks(self, _dag: str, run: str) -> list[dict[str, Any]]:
        return [{"start_date": self._runs[run][2]}]


def _started(**runs: tuple[str, str | None, str | None]) -> wire.Started | None:
    return wire._started(_Airflow(**runs), _PREDICTION, 0.0)  # type: ignore[arg-type]


def test_the_run_is_the_one_whose_event_names_the_prediction() -> None:
    found = _started(b=("p-2", _at(9), _at(9)), a=("p-1", _at(2), _at(2.5)))
    assert found is not None
    assert (found.run, found.run_at - found.wire_at) == ("a", pytest.approx(2.1))
    assert found.task_at == pytest.approx(_MADE_AT + 2.5)


def test_a_run_of_another_or_one_that_has_not_started_is_none() -> None:
    assert _started(b=("p-2", _at(9), _at(9))) is None
    assert _started(a=("p-1", None, None)) is None
    assert _started(a=("p-1", _at(2), None)) is None


def test_the_row_says_from_when_to_when() -> None:
    found = _started(a=("p-1", _at(2), _at(2.5)))
    assert found is not None
    row = wire._row([found])
    assert (row.value, row.met, row.n) == (pytest.approx(2.1), True, 1)
    assert "newest 0.1 s bin" in row.what
