"""Fetch the configuration of every device into the Git repository of backups."""

from datetime import timedelta

from airflow.sdk import DAG

from forerunner.airflow.alerts import AlertNotifier
from forerunner.airflow.clock import at
from forerunner.airflow.operators import AnsiblePlaybookOperator

with DAG(
    dag_id="backup_configs",
    description="Fetch every device's configuration; a commit for each that changed.",
    schedule=at("17 2 * * *"),
    catchup=False,
    max_active_runs=1,
    tags=["forerunner", "backup"],
):
    AnsiblePlaybookOperator(
        task_id="backup_configs",
        playbook="backup_configs",
        retries=2,
        retry_delay=timedelta(minutes=5),
        execution_timeout=timedelta(hours=1),
        on_failure_callback=AlertNotifier(),
    )
