"""Collect what devices and servers say over SSH."""

from datetime import timedelta

from airflow.sdk import DAG, CronTriggerTimetable

from forerunner.airflow.alerts import AlertNotifier
from forerunner.airflow.operators import AnsiblePlaybookOperator

with DAG(
    dag_id="collect_telemetry",
    description="The slow path: servers, command lines and NAPALM's getters, into the store.",
    # Not at once after a start: the first one comes when its time comes.
    schedule=CronTriggerTimetable("*/5 * * * *", timezone="UTC", run_immediately=False),
    # For those who have devices without SNMP.
    is_paused_upon_creation=True,
    catchup=False,
    max_active_runs=1,
    tags=["forerunner", "telemetry"],
):
    AnsiblePlaybookOperator(
        task_id="collect_telemetry",
        playbook="collect_telemetry",
        execution_timeout=timedelta(minutes=4),
        on_failure_callback=AlertNotifier(),
    )
