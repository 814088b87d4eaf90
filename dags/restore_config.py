"""Bring a device back to a point in its history, on request."""

from datetime import timedelta

from airflow.sdk import DAG

from forerunner.airflow import params
from forerunner.airflow.operators import AnsiblePlaybookOperator

with DAG(
    dag_id="restore_config",
    description="Bring a device back to a commit or a moment, under a timer that takes it back.",
    schedule=None,
    catchup=False,
    max_active_runs=1,
    params={
        "device": params.device("Inventory name."),
        "at": params.text(
            r"(latest|[0-9a-f]{4,40}|[0-9]{4}-[0-9T:.+Z-]{4,40})",
            "A commit, a time as 2026-11-22T14:00, or latest.",
            50,
            "latest",
        ),
        "check": params.check(),
    },
    tags=["forerunner", "backup"],
):
    AnsiblePlaybookOperator(
        task_id="restore_config",
        playbook="restore_config",
        variables={"device": "{{ params.device }}", "at": "{{ params.at }}"},
        check="{{ params.check }}",
        execution_timeout=timedelta(minutes=15),
    )
