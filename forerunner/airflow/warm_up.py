"""Walking the fast path once before it matters.

The first event after a start takes Airflow several seconds more than the next ones. So the
trigger is asked for an event without a prediction: it goes the whole way to the task, which
loads what it would need and has nothing to do. That it arrives proves that the watcher runs.
"""

import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from forerunner import home
from forerunner.errors import ForerunnerError

if TYPE_CHECKING:
    from forerunner.airflow.client import Client


_LATENESS_S = 1.0


def request_file() -> Path:
    """Return the file by which the trigger is asked; it takes it away."""
    return home.var() / "airflow" / "warm-up"


def take_request() -> bool:
    """Return whether a warm-up was asked for, once for each request."""
    try:
        request_file().unlink()
    except FileNotFoundError:
        return False
    return True


def warm_up(client: "Client", dag_id: str, deadline: float) -> None:
    """Ask for an event and wait for its DAG run to succeed.

    Args:
        client: Of the Airflow that was started.
        dag_id: The DAG that the event starts.
        deadline: By `time.monotonic()`.

    Raises:
        ForerunnerError: It does not arrive, or its run fails.
    """
    asked = time.time()
    request_file().touch()
    while time.monotonic() < deadline:
        for run in _runs(client, dag_id):
            if _is_after(run, asked):
                _await_success(client, dag_id, str(run["dag_run_id"]), deadline)
                return
        time.sleep(0.3)
    raise ForerunnerError(f"{dag_id} was not started: does its file parse? See `airflow dags list`")


def _runs(client: "Client", dag_id: str) -> list[dict[str, object]]:
    try:
        return client.runs(dag_id, limit=3)
    except ForerunnerError:
        # Not parsed yet.
        return []


def _is_after(run: dict[str, object], asked: float) -> bool:
    queued = datetime.fromisoformat(str(run["queued_at"]))
    return run["run_type"] == "asset_triggered" and queued.timestamp() > asked - _LATENESS_S


def _await_success(client: "Client", dag_id: str, run_id: str, deadline: float) -> None:
    state = client.wait_run(dag_id, run_id, max(1.0, deadline - time.monotonic()))
    if state != "success":
        raise ForerunnerError(f"the warm-up run {run_id} of {dag_id} ended as {state}")
