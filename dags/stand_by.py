"""Keep one drain ready, so that a prediction does not wait for Airflow and Ansible to start."""

from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG

from forerunner.airflow.operators import StandByOperator

_SECONDS = 1800.0

with DAG(
    dag_id="stand_by",
    description="Keep a drain ready at the gate; pause it to react some seconds later.",
    schedule="@continuous",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    # Whoever starts Airflow lets it begin once tasks can run: `forerunner airflow up` does.
    is_paused_upon_creation=True,
    tags=["forerunner", "loop"],
):
    StandByOperator(
        task_id="stand_by",
        seconds=_SECONDS,
        retries=1000,
        # What keeps it from standing by, an inventory with an error say, is seldom gone at once.
        retry_delay=timedelta(seconds=15),
        execution_timeout=timedelta(seconds=_SECONDS + 120),
    )
