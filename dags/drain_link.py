"""Take a link out of service on request."""

from datetime import timedelta

from airflow.sdk import DAG

from forerunner.airflow import params
from forerunner.airflow.operators import AnsiblePlaybookOperator

with DAG(
    dag_id="drain_link",
    description="Take a link out of service: traffic moves away, then the link is empty.",
    schedule=None,
    catchup=False,
    max_active_runs=1,
    params={"link": params.link(), "check": params.check()},
    tags=["forerunner", "link"],
):
    AnsiblePlaybookOperator(
        task_id="drain_link",
        playbook="drain_link",
        variables={"link": "{{ params.link }}"},
        check="{{ params.check }}",
        execution_timeout=timedelta(minutes=5),
    )
