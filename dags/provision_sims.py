"""Bring an order of SIMs to all subscriber systems, or to none, on request."""

from datetime import timedelta

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

from forerunner.airflow import params
from forerunner.airflow.alerts import AlertNotifier
from forerunner.airflow.operators import AnsiblePlaybookOperator
from forerunner.airflow.orders import REQUEST_HASH, NotifyOperator, TakeSimOrderOperator

# Of the request that this run took; it concludes no other order of the name.
TAKEN = "{{ ti.xcom_pull(task_ids='collect_request', key='" + REQUEST_HASH + "') or 'none' }}"

with DAG(
    dag_id="provision_sims",
    description="An order of SIMs: on all systems and proven to work, or on none and a reason.",
    schedule=None,
    catchup=False,
    max_active_runs=8,
    # A date would be a date to Jinja; everything stays the text that was given.
    render_template_as_native_obj=False,
    params={**params.sim_order(), "shards": params.shards(), "check": params.check()},
    default_args={"on_failure_callback": AlertNotifier()},
    tags=["forerunner", "sim"],
):
    collect = TakeSimOrderOperator(
        task_id="collect_request",
        check="{{ params.check }}",
        shards="{{ params.shards }}",
        timeout_s=3600,
        execution_timeout=timedelta(hours=2),
    )
    execute = AnsiblePlaybookOperator.partial(
        task_id="execute_across_systems",
        playbook="apply_sim_order",
        map_index_template="{{ task.variables['shard'] or 'whole' }}",
        timeout_s=6 * 3600,
        retries=2,
        retry_delay=timedelta(seconds=30),
        execution_timeout=timedelta(hours=8),
    ).expand(variables=collect.output)
    validate = AnsiblePlaybookOperator(
        task_id="validate_and_log",
        playbook="conclude_sim_order",
        variables={"order_id": "{{ params.request_id }}", "order_hash": TAKEN},
        check="{{ params.check or params.dry_run }}",
        # What cannot be completed is taken back here, so it runs whatever became of the parts.
        trigger_rule="all_done",
        timeout_s=6 * 3600,
        execution_timeout=timedelta(hours=8),
    )
    notify = NotifyOperator(
        task_id="notify",
        order="{{ params.request_id }}",
        order_hash=TAKEN,
        retries=3,
        execution_timeout=timedelta(minutes=10),
    ).as_teardown()
    # Whatever is concluded, a request that was not taken makes the run fail.
    taken = EmptyOperator(task_id="request_was_taken", execution_timeout=timedelta(minutes=5))
    collect >> taken
    execute >> validate >> notify
