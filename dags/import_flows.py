"""Bring what flow collectors have closed to the store."""

from datetime import timedelta

from airflow.sdk import DAG

from forerunner.airflow.alerts import AlertNotifier
from forerunner.airflow.clock import at
from forerunner.airflow.operators import AnsiblePlaybookOperator

with DAG(
    dag_id="import_flows",
    description="Brings flow records from collectors' files to the store, each once.",
    schedule=at("*/5 * * * *"),
    # For those who collect flows.
    is_paused_upon_creation=True,
    catchup=False,
    max_active_runs=1,
    tags=["forerunner", "telemetry"],
):
    AnsiblePlaybookOperator(
        task_id="import_flows",
        playbook="import_flows",
        execution_timeout=timedelta(minutes=10),
        on_failure_callback=AlertNotifier(),
    )
