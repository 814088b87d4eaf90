"""See that every path keeps to what its class of service is promised."""

from datetime import timedelta

from airflow.sdk import DAG

from forerunner.airflow.alerts import AlertNotifier
from forerunner.airflow.clock import at
from forerunner.airflow.operators import AnsiblePlaybookOperator

with DAG(
    dag_id="check_sla",
    description="Fails with each path that violates its service level or was not measured.",
    # Some minutes after speed_test, whose results it judges.
    schedule=at("8-59/15 * * * *"),
    is_paused_upon_creation=True,
    catchup=False,
    max_active_runs=1,
    tags=["forerunner", "telemetry"],
):
    AnsiblePlaybookOperator(
        task_id="check_sla",
        playbook="check_sla",
        # What it finds are incidents, which alert_incidents tells of; that it fails is told once,
        # and not every quarter of an hour for as long as they last.
        on_failure_callback=AlertNotifier(once=True),
        execution_timeout=timedelta(minutes=10),
    )
