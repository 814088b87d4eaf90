"""Compare what every device runs with what the inventory means for it."""

from datetime import timedelta

from airflow.sdk import DAG, CronTriggerTimetable

from forerunner.airflow.alerts import AlertNotifier
from forerunner.airflow.operators import AnsiblePlaybookOperator

with DAG(
    dag_id="check_drift",
    description="Fails with each device that drifted; a plan that brings them back is offered.",
    # Not at once after a start: the first one comes when its time comes.
    schedule=CronTriggerTimetable("17 4 * * *", timezone="UTC", run_immediately=False),
    catchup=False,
    max_active_runs=1,
    tags=["forerunner", "check"],
):
    AnsiblePlaybookOperator(
        task_id="check_drift",
        playbook="check_drift",
        execution_timeout=timedelta(minutes=30),
        on_failure_callback=AlertNotifier(),
    )
