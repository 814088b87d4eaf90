"""When a DAG runs by itself."""

from datetime import timedelta

from airflow.sdk import CronTriggerTimetable


def at(cron: str) -> CronTriggerTimetable:
    """Return the schedule of a DAG that runs when its time comes, never at once after a start.

    Args:
        cron: When, in UTC, as `17 2 * * *`.
    """
    # Airflow reads `run_immediately=False` as "if the last time is not five minutes ago".
    return CronTriggerTimetable(cron, timezone="UTC", run_immediately=timedelta(0))
