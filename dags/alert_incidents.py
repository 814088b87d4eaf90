"""Tell people of incidents that nobody was told of yet."""

from datetime import timedelta

from airflow.sdk import DAG, CronTriggerTimetable

from forerunner.airflow.incidents import AlertIncidentsOperator

with DAG(
    dag_id="alert_incidents",
    description="One message a run, by webhook and e-mail, of what devices told and checks found.",
    # Not at once after a start: the first one comes when its time comes.
    schedule=CronTriggerTimetable("* * * * *", timezone="UTC", run_immediately=False),
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
