"""Back up the devices that were just changed, whoever changed them."""

from datetime import timedelta

from airflow.sdk import DAG, Asset, AssetWatcher

from forerunner.airflow.alerts import AlertNotifier
from forerunner.airflow.changes import BackUpChangedOperator, ChangeTrigger

changes = Asset(
    "forerunner_changes",
    watchers=[AssetWatcher(name="outcomes", trigger=ChangeTrigger())],
)

with DAG(
    dag_id="backup_changed",
    description="Fetch the configuration of the devices that a change has just written to.",
    schedule=[changes],
    catchup=False,
    max_active_runs=1,
    tags=["forerunner", "backup"],
):
    BackUpChangedOperator(
        task_id="backup_changed",
        playbook="backup_configs",
        retries=2,
        retry_delay=timedelta(minutes=1),
        execution_timeout=timedelta(minutes=30),
        on_failure_callback=AlertNotifier(),
    )
