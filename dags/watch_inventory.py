"""Watch the repository of the inventory: foretell what is pushed, ask about what is merged."""

from datetime import UTC, datetime, timedelta

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import DAG

from forerunner.airflow.inventory import WatchInventoryOperator

with DAG(
    dag_id="watch_inventory",
    description="Plan each push, post its difference; what is merged waits for an approval.",
    schedule=timedelta(minutes=1),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    # Whoever wants Git to be an entrance opens it.
    is_paused_upon_creation=True,
    tags=["forerunner", "change"],
):
    watch = WatchInventoryOperator(task_id="watch", execution_timeout=timedelta(minutes=45))
    TriggerDagRunOperator.partial(
        task_id="open_approval",
        trigger_dag_id="apply_plan",
        execution_timeout=timedelta(minutes=1),
    ).expand(conf=watch.output)
