"""Apply a plan that somebody has approved: exactly that one."""

from datetime import timedelta

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import DAG, Param

from forerunner.airflow import params
from forerunner.airflow.approval import ApprovePlanOperator, ShowPlanOperator
from forerunner.airflow.operators import AnsiblePlaybookOperator

with DAG(
    dag_id="apply_plan",
    description="Show a plan, wait for an approval, and apply exactly what was approved.",
    schedule=None,
    catchup=False,
    # One that waits for its approval must not hold up the next.
    max_active_runs=16,
    params={
        "plan": params.text(
            "plan-[0-9a-f]{12}-[0-9a-f]{8}",
            "Identifier of a plan in var/plans, as `make plan` prints it.",
            32,
        ),
        "entrance": Param("airflow", enum=["airflow", "git"], description="By which way it came."),
    },
    tags=["forerunner", "change"],
):
    show = ShowPlanOperator(
        task_id="show_plan", plan="{{ params.plan }}", execution_timeout=timedelta(minutes=1)
    )
    ask = ApprovalOperator(
        task_id="ask",
        subject="Apply {{ params.plan }}?",
        body=show.output["text"],
        response_timeout=timedelta(hours=24),
    )
    approve = ApprovePlanOperator(
        task_id="approve",
        plan="{{ params.plan }}",
        shown=show.output["hash"],
        answer=ask.output,
        execution_timeout=timedelta(minutes=1),
    )
    apply = AnsiblePlaybookOperator(
        task_id="apply",
        playbook="configure_devices",
        variables={"plan_file": show.output["path"], "plan_hash": show.output["hash"]},
        entrance="{{ params.entrance }}",
        timeout_s=3600,
        execution_timeout=timedelta(hours=1, minutes=5),
    )
    show >> ask >> approve >> apply
