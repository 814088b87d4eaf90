"""Return a drained link to service on request."""

from datetime import timedelta

from airflow.sdk import DAG, Param

from forerunner.airflow.operators import AnsiblePlaybookOperator

with DAG(
    dag_id="undrain_link",
    description="Return a drained link; refused while telemetry, or a probe, finds it unwell.",
    schedule=None,
    catchup=False,
    max_active_runs=1,
    params={
        "link": Param(
            type="string",
            # The end as JavaScript and Python both see it: "$" would let a newline through.
            pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*:[A-Za-z0-9][A-Za-z0-9_.-]*(?![\s\S])",
            maxLength=128,
            description="Name of the link, as r1:r3.",
        ),
        "check": Param(False, type="boolean", description="Only show what would change."),
    },
    tags=["forerunner", "link"],
):
    AnsiblePlaybookOperator(
        task_id="undrain_link",
        playbook="undrain_link",
        variables={"link": "{{ params.link }}"},
        check="{{ params.check }}",
        execution_timeout=timedelta(minutes=5),
    )
