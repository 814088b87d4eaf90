"""Prove that a restore works: wipe a lab router, restore it, count its neighbours."""

from datetime import timedelta

from airflow.sdk import DAG, Param

from forerunner.airflow import params
from forerunner.airflow.operators import AnsiblePlaybookOperator

with DAG(
    dag_id="drill_restore",
    description="Wipe a router that may be wiped, restore it, prove its neighbours.",
    schedule=None,
    catchup=False,
    max_active_runs=1,
    params={
        "device": params.device("Inventory name of the router."),
        "wipe": Param(False, type="boolean", description="Do it; else only say what it would do."),
    },
    tags=["forerunner", "backup"],
):
    AnsiblePlaybookOperator(
        task_id="drill_restore",
        playbook="drill_restore",
        variables={
            "device": "{{ params.device }}",
            "restore_drill_allow_wipe": "{{ params.wipe }}",
        },
        execution_timeout=timedelta(minutes=15),
    )
