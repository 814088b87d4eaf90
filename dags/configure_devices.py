"""Configure devices from the inventory, or exactly what a plan holds, on request."""

from datetime import timedelta

from airflow.sdk import DAG

from forerunner import home
from forerunner.airflow import params
from forerunner.airflow.operators import AnsiblePlaybookOperator

with DAG(
    dag_id="configure_devices",
    description="Change configurations in waves, each device under a timer that puts it back.",
    schedule=None,
    catchup=False,
    max_active_runs=1,
    params={
        "plan": params.text(
            "(plan-[0-9a-f]{12}-[0-9a-f]{8})?",
            "Identifier of a plan; empty renders the inventory.",
            64,
            "",
        ),
        "check": params.check(),
    },
    tags=["forerunner", "config"],
):
    AnsiblePlaybookOperator(
        task_id="configure_devices",
        playbook="configure_devices",
        variables={
            "plan_file": "{% if params.plan %}"
            + str(home.var() / "plans")
            + "/{{ params.plan }}.json{% endif %}"
        },
        check="{{ params.check }}",
        timeout_s=3600,
        execution_timeout=timedelta(hours=2),
    )
