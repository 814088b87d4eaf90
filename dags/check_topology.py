"""See that the network is linked as the inventory states it."""

from datetime import timedelta

from airflow.sdk import DAG

from forerunner.airflow.alerts import AlertNotifier
from forerunner.airflow.clock import at
from forerunner.airflow.operators import AnsiblePlaybookOperator

with DAG(
    dag_id="check_topology",
    description="Fails with each router whose links are not as the inventory states, and says how.",
    schedule=at("20 * * * *"),
    # For those whose inventory states all links.
    is_paused_upon_creation=True,
    catchup=False,
    max_active_runs=1,
    tags=["forerunner", "topology"],
):
    AnsiblePlaybookOperator(
        task_id="check_topology",
        playbook="check_topology",
        execution_timeout=timedelta(minutes=10),
        on_failure_callback=AlertNotifier(),
    )
