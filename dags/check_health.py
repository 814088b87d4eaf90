"""Check what the inventory declares of every device."""

from datetime import timedelta

from airflow.sdk import DAG

from forerunner.airflow.alerts import AlertNotifier
from forerunner.airflow.clock import at
from forerunner.airflow.operators import AnsiblePlaybookOperator

with DAG(
    dag_id="check_health",
    description="Fails with each device of which a declared check does not hold.",
    schedule=at("17 5 * * *"),
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
