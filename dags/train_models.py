"""Learn the models anew, and put them in service where they are better."""

from datetime import timedelta

from airflow.sdk import DAG

from forerunner.airflow.alerts import AlertNotifier
from forerunner.airflow.clock import at
from forerunner.airflow.operators import AnsiblePlaybookOperator

with DAG(
    dag_id="train_models",
    description="Learns the models anew, and puts them in service where they are better.",
    schedule=at("37 3 * * 1"),
    is_paused_upon_creation=True,
    catchup=False,
    max_active_runs=1,
    tags=["forerunner", "models"],
):
    AnsiblePlaybookOperator(
        task_id="train_models",
        playbook="train_models",
        execution_timeout=timedelta(minutes=50),
        on_failure_callback=AlertNotifier(),
    )
