"""Check what the inventory declares of every device."""

from datetime import timedelta

from airflow.sdk import DAG, CronTriggerTimetable

from forerunner.airflow.alerts import AlertNotifier
from forerunner.airflow.operators import AnsiblePlaybookOperator

with DAG(
    dag_id="check_health",
    description="Fails with each device of which a declared check does not hold.",
    # Not at once after a start: the first one comes when its time comes.
    schedule=CronTriggerTimetable("17 5 * * *", timezone="UTC", run_immediately=False),
    catchup=False,
    max_active_runs=1,
    tags=["forerunner", "check"],
):
    AnsiblePlaybookOperator(
        task_id="check_health",
        playbook="check_health",
        execution_timeout=timedelta(minutes=30),
        on_failure_callback=AlertNotifier(),
    )
