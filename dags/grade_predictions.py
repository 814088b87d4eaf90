"""Grade predictions by what happened, and see whether the model has drifted."""

from datetime import timedelta

from airflow.sdk import DAG

from forerunner.airflow.alerts import AlertNotifier
from forerunner.airflow.clock import at
from forerunner.airflow.operators import AnsiblePlaybookOperator

with DAG(
    dag_id="grade_predictions",
    description="Grades predictions by what happened, and fails where the model has drifted.",
    schedule=at("53 * * * *"),
    is_paused_upon_creation=True,
    catchup=False,
    max_active_runs=1,
    tags=["forerunner", "models"],
):
    AnsiblePlaybookOperator(
        task_id="grade_predictions",
        playbook="grade_predictions",
        execution_timeout=timedelta(minutes=20),
        on_failure_callback=AlertNotifier(once=True),
    )
