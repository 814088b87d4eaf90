"""See that every device has a backup that is not stale."""

from datetime import timedelta

from airflow.sdk import DAG

from forerunner.airflow.alerts import AlertNotifier
from forerunner.airflow.clock import at
from forerunner.airflow.operators import AnsiblePlaybookOperator

with DAG(
    dag_id="check_backups",
    description="Fails with each device whose last good backup is too old, and says why.",
    schedule=at("47 8 * * *"),
    catchup=False,
    max_active_runs=1,
    tags=["forerunner", "backup"],
):
    AnsiblePlaybookOperator(
        task_id="check_backups",
        playbook="check_backups",
        execution_timeout=timedelta(minutes=30),
        on_failure_callback=AlertNotifier(),
    )
