"""Act on a prediction the moment it is in the ledger: drain the link, or return it to service."""

from datetime import timedelta

from airflow.sdk import DAG, Asset, AssetWatcher

from forerunner.airflow.operators import RemediateOperator
from forerunner.airflow.triggers import PredictionTrigger

predictions = Asset(
    "forerunner_predictions",
    watchers=[AssetWatcher(name="ledger", trigger=PredictionTrigger())],
)

with DAG(
    dag_id="prevent_link_failure",
    description="Drain a link that is about to fail, and return it once it is healthy.",
    schedule=[predictions],
    catchup=False,
    # A run that waits for its retry must not hold up the next prediction.
    max_active_runs=4,
    tags=["forerunner", "loop"],
):
    # One task: every further one would cost the fast path a second.
    RemediateOperator(
        task_id="remediate",
        retries=3,
        retry_delay=timedelta(seconds=2),
        execution_timeout=timedelta(seconds=120),
    )
