"""Return a drained link to service on request."""

from datetime import timedelta

from airflow.sdk import DAG

from forerunner.airflow import params
from forerunner.airflow.operators import AnsiblePlaybookOperator

with DAG(
    dag_id="undrain_link",
    description="Return a drained link; refused while telemetry, or a probe, finds it unwell.",
    schedule=None,
    catchup=False,
    max_active_runs=1,
    params={"link": params.link(), "check": params.check()},
    tags=["forerunner", "link"],
):
    AnsiblePlaybookOperator(
        task_id="undrain_link",
        playbook="undrain_link",
        variables={"link": "{{ params.link }}"},
        check="{{ params.check }}",
        execution_timeout=timedelta(minutes=5),
    )
