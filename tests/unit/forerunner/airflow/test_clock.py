"""A schedule's first run, as Airflow's scheduler reckons it from what the DAG file said."""

from datetime import UTC, datetime

import pytest
from airflow.sdk import CronTriggerTimetable
from airflow.serialization.decoders import decode_timetable
from airflow.serialization.encoders import encode_timetable
from airflow.timetables import trigger
from airflow.timetables.base import TimeRestriction

from forerunner.airflow.clock import at

NEVER_RAN = TimeRestriction(earliest=None, latest=None, catchup=False)


def first_run(said: CronTriggerTimetable) -> datetime:
    timetable = decode_timetable(encode_timetable(said))
    info = timetable.next_dagrun_info(last_automated_data_interval=None, restriction=NEVER_RAN)
    assert info is not None
    return info.run_after


@pytest.mark.parametrize(
    ("now", "first"),
    [
        (datetime(2026, 3, 1, 2, 16, 59, tzinfo=UTC), datetime(2026, 3, 1, 2, 17, tzinfo=UTC)),
        (datetime(2026, 3, 1, 2, 18, tzinfo=UTC), datetime(2026, 3, 2, 2, 17, tzinfo=UTC)),
    ],
)
def test_the_first_run_is_the_next_time_and_not_the_last(
    monkeypatch: pytest.MonkeyPatch, now: datetime, first: datetime
) -> None:
    monkeypatch.setattr(trigger, "utcnow", lambda: now)

    assert first_run(at("17 2 * * *")) == first
