"""A real Airflow, real ledger and real playbooks; only the drain itself pretends."""

import runpy
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil
import pytest

from forerunner import home
from forerunner.airflow import standalone
from forerunner.airflow.client import Client
from forerunner.remediate import standing_by
from tests.integration.own_airflow import running_airflow, wait

pytestmark = [pytest.mark.airflow, pytest.mark.slow, pytest.mark.timeout(600)]

_MAKE_LOOP = runpy.run_path(
    str(Path(__file__).parents[1] / "unit" / "forerunner" / "airflow" / "conftest.py")
)["make_loop"]
_DAG, _STANDBY = "prevent_link_failure", "stand_by"


@pytest.fixture(scope="module")
def loop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Return a loop that an Airflow of its own tends."""
    with pytest.MonkeyPatch.context() as patch:
        made = _MAKE_LOOP(tmp_path_factory.mktemp("airflow"), patch)
        with running_airflow(patch):
            yield made
        made.ledger.close()


@pytest.fixture
def client(loop) -> Iterator[Client]:
    """Return a client, with the pretended drain quick and verified."""
    for name in ("acts", "seconds", "state"):
        (loop.var / name).unlink(missing_ok=True)
    loop.return_links()
    with Client(standalone.access()) as made:
        yield made


@pytest.fixture
def nobody_ready(client: Client) -> Iterator[None]:
    """Let no drain stand by: the prediction's own run acts."""
    client.pause(_STANDBY, True)
    for run in client.runs(_STANDBY):
        if run["state"] == "running":
            _end(client, _STANDBY, str(run["dag_run_id"]))
    wait(lambda: not _processes_of_runs(), 60)
    yield
    client.pause(_STANDBY, False)


@pytest.fixture
def ready(client: Client) -> None:
    """Have a drain stand by."""
    wait(standing_by, 120)


def _run_of(client: Client, prediction: str, loop) -> str:
    """Return the run that a prediction started, once it acts."""
    wait(lambda: loop.ledger.entries(prediction=prediction), 60)
    made_at = loop.ledger.prediction(prediction).made_at
    return str(wait(lambda: _runs_after(client, made_at), 60)[0]["dag_run_id"])


def _runs_after(client: Client, moment: float) -> list[dict[str, Any]]:
    runs = client.runs(_DAG, limit=5)
    return [run for run in runs if datetime.fromisoformat(run["run_after"]).timestamp() > moment]


def _end(client: Client, dag: str, run: str) -> None:
    client._call("PATCH", f"dags/{dag}/dagRuns/{run}", json={"state": "failed"})


def _processes_of_runs() -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            mine = "FORERUNNER_RUN" in process.environ() and process.status() != "zombie"
            if mine and process.environ().get("FORERUNNER_VAR") == str(home.var()):
                found.append(process)
        except psutil.Error:
            continue
    return found


def _begun(loop) -> psutil.Process:
    """Wait until the drain is under way and return the process of its task."""
    wait(lambda: any(x.startswith("begin") for x in loop.acts()), 60)
    guardian = next(x for x in _processes_of_runs() if "guardian.py" in " ".join(x.cmdline()))
    return guardian.parent()


@pytest.mark.usefixtures("nobody_ready")
def test_prediction_starts_the_playbook_and_events_are_in_the_log(loop, client: Client) -> None:
    prediction = loop.predict()
    run = _run_of(client, prediction, loop)
    assert client.wait_run(_DAG, run, 90) == "success"
    (entry,) = loop.ledger.entries(prediction=prediction)
    (output,) = client.output(_DAG, run, "remediate")
    log = client.log(_DAG, run, "remediate")
    assert (entry.outcomes[-1].state, entry.outcomes[-1].run) == ("verified", run)
    assert output["hosts"] == {name: {"status": "changed", "message": ""} for name in ("r1", "r3")}
    assert "TASK [Note what was asked for" in log
    assert "PLAY RECAP" in log


def test_failed_play_is_a_failed_task_with_its_hosts(client: Client) -> None:
    run = client.trigger("drain_link", {"link": "r1:r3"})
    assert client.wait_run("drain_link", run, 90) == "failed"
    output = client.output("drain_link", run, "drain_link")
    assert (output["status"], output["hosts"]["localhost"]["status"]) == ("failed", "failed")


def test_link_that_is_no_link_is_refused_by_the_interface(client: Client) -> None:
    with pytest.raises(Exception, match="400"):
        client.trigger("drain_link", {"link": "{{ 7*7 }}"})


@pytest.mark.usefixtures("nobody_ready")
@pytest.mark.parametrize("whom", ["task", "supervisor"])
def test_kill_leaves_no_process_and_the_retry_converges(loop, client: Client, whom: str) -> None:
    (loop.var / "seconds").write_text("8")
    prediction = loop.predict("r2:r3" if whom == "task" else "r1:r2")
    task = _begun(loop)
    run = _run_of(client, prediction, loop)
    (task if whom == "task" else task.parent()).kill()
    time.sleep(5)
    left = [x for x in _processes_of_runs() if x.create_time() < time.time() - 5]
    acts = loop.acts()
    (loop.var / "seconds").unlink()
    assert left == []
    assert not any(line.startswith("end") for line in acts)
    assert client.wait_run(_DAG, run, 150) == "success"
    assert loop.acts()[-1].startswith("end")
    assert loop.ledger.entries(prediction=prediction)[0].outcomes[-1].state == "verified"


@pytest.mark.usefixtures("nobody_ready")
def test_run_marked_failed_is_ended(loop, client: Client) -> None:
    (loop.var / "seconds").write_text("60")
    prediction = loop.predict("r5:r6")
    _begun(loop)
    run = _run_of(client, prediction, loop)
    _end(client, _DAG, run)
    wait(lambda: not _processes_of_runs(), 30)
    assert not any(line.startswith("end") for line in loop.acts())


@pytest.mark.usefixtures("ready")
def test_a_drain_that_stands_by_acts_and_the_predictions_own_run_finds_it(
    loop, client: Client
) -> None:
    predicted, prediction = time.time(), loop.predict()
    outcome = wait(lambda: _outcomes(loop, prediction), 60)[-1]
    wait(lambda: _ended_after(client, predicted), 60)
    (run,) = _ended_after(client, predicted)
    assert outcome.state == "verified"
    assert outcome.run.startswith("scheduled__")
    assert client.output(_DAG, run, "remediate") == [outcome.to_dict()]
    assert len(loop.acts()) == 2


@pytest.mark.usefixtures("ready")
def test_what_a_killed_standby_began_the_predictions_own_run_carries_through(
    loop, client: Client
) -> None:
    (loop.var / "seconds").write_text("8")
    prediction = loop.predict("r4:r5")
    task = _begun(loop)
    (loop.var / "seconds").unlink()
    task.kill()
    outcome = wait(lambda: _outcomes(loop, prediction), 90)[-1]
    assert outcome.state == "verified"
    assert outcome.run.startswith("asset_triggered__")
    assert len([line for line in loop.acts() if line.startswith("end")]) == 1


def _outcomes(loop, prediction: str) -> tuple:
    entries = loop.ledger.entries(prediction=prediction)
    return entries[0].outcomes if entries else ()


def _ended_after(client: Client, moment: float) -> list[str]:
    ended = [run for run in _runs_after(client, moment) if run["state"] in ("success", "failed")]
    return [str(run["dag_run_id"]) for run in ended]
