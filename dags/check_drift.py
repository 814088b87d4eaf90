"""Compare what every device runs with what the inventory means for it."""

from datetime import timedelta

from airflow.sdk import DAG

from forerunner.airflow.alerts import AlertNotifier
from forerunner.airflow.clock import at
from forerunner.airflow.operators import AnsiblePlaybookOperator

with DAG(
    dag_id="check_drift",
    description="Fails with each device that drifted; a plan that brings them back is offered.",
    schedule=at("17 4 * * *"),
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
