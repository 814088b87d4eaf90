"""Roll the telemetry store up, and let what is old go."""

from datetime import timedelta

from airflow.sdk import DAG

from forerunner.airflow.alerts import AlertNotifier
from forerunner.airflow.clock import at
from forerunner.airflow.operators import AnsiblePlaybookOperator

with DAG(
    dag_id="roll_up_telemetry",
    description="Makes minutes and hours of every series, and removes days that are too old.",
    schedule=at("7 */6 * * *"),
    catchup=False,
    max_active_runs=1,
    tags=["forerunner", "telemetry"],
):
    AnsiblePlaybookOperator(
        task_id="roll_up_telemetry",
        playbook="roll_up_telemetry",
        execution_timeout=timedelta(minutes=50),
        on_failure_callback=AlertNotifier(),
    )
