"""Tell people of incidents that nobody was told of yet."""

from datetime import timedelta

from airflow.sdk import DAG

from forerunner.airflow.clock import at
from forerunner.airflow.incidents import AlertIncidentsOperator

with DAG(
    dag_id="alert_incidents",
    description="One message a run, by webhook and e-mail, of what devices told and checks found.",
    schedule=at("* * * * *"),
    # For those who have a connection forerunner_alerts or forerunner_mail.
    is_paused_upon_creation=True,
    catchup=False,
    max_active_runs=1,
    tags=["forerunner", "telemetry"],
):
    AlertIncidentsOperator(
        task_id="alert_incidents",
        execution_timeout=timedelta(minutes=2),
    )
