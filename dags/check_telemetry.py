"""See that every device's telemetry can be relied on."""

from datetime import timedelta

from airflow.sdk import DAG

from forerunner.airflow.alerts import AlertNotifier
from forerunner.airflow.clock import at
from forerunner.airflow.operators import AnsiblePlaybookOperator

with DAG(
    dag_id="check_telemetry",
    description="Fails with each device whose samples are missing, stale or wrong, and says how.",
    schedule=at("*/15 * * * *"),
    # For those who have the service run all the time.
    is_paused_upon_creation=True,
    catchup=False,
    max_active_runs=1,
    tags=["forerunner", "telemetry"],
):
    AnsiblePlaybookOperator(
        task_id="check_telemetry",
        playbook="check_telemetry",
        execution_timeout=timedelta(minutes=10),
        on_failure_callback=AlertNotifier(),
    )
