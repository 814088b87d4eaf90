"""Collect what devices and servers say over SSH."""

from datetime import timedelta

from airflow.sdk import DAG

from forerunner.airflow.alerts import AlertNotifier
from forerunner.airflow.clock import at
from forerunner.airflow.operators import AnsiblePlaybookOperator

with DAG(
    dag_id="collect_telemetry",
    description="The slow path: servers, command lines and NAPALM's getters, into the store.",
    schedule=at("*/5 * * * *"),
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
