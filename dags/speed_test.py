"""Test speed, loss, delay and jitter between the probe hosts."""

from datetime import timedelta

from airflow.sdk import DAG

from forerunner.airflow.alerts import AlertNotifier
from forerunner.airflow.clock import at
from forerunner.airflow.operators import AnsiblePlaybookOperator

with DAG(
    dag_id="speed_test",
    description="Runs iperf3 and ping between probe hosts, no two tests on one link.",
    schedule=at("*/15 * * * *"),
    # It sends traffic: somebody is to say that it may.
    is_paused_upon_creation=True,
    catchup=False,
    max_active_runs=1,
    tags=["forerunner", "telemetry"],
):
    AnsiblePlaybookOperator(
        task_id="speed_test",
        playbook="speed_test",
        execution_timeout=timedelta(minutes=30),
        timeout_s=1700.0,
        on_failure_callback=AlertNotifier(),
    )
