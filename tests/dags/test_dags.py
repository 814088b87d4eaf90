"""Every DAG file imports quickly, names what it does and takes only what it should."""

import ast
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from airflow.sdk.definitions._internal.contextmanager import DagContext
from airflow.sdk.exceptions import ParamValidationError

_DAGS = Path(__file__).parents[2] / "dags"
_FILES = sorted(_DAGS.glob("*.py"))
_HEAVY = ["analytics", "ansible", "ansible_runner", "asyncssh", "duckdb", "gufo", "networkx"]
_HEAVY += ["numpy", "pyarrow", "sklearn", "forerunner.ledger", "forerunner.runner"]
_HEAVY += ["forerunner.remediate"]
# A process a file, as Airflow's own parsing has it; Airflow is loaded once for all of them.
_LOADED = """
import airflow.sdk, os, runpy, sys
for file in sys.argv[1].split(","):
    if os.fork():
        os.wait()
        continue
    before = set(sys.modules)
    try:
        runpy.run_path(file)
        print(file, *sorted(set(sys.argv[2:]) & (set(sys.modules) - before)), flush=True)
    finally:
        os._exit(0)
"""


def _collected(file: Path) -> list:
    """Return the DAGs that Airflow would find in a file."""
    DagContext.autoregistered_dags.clear()
    DagContext.current_autoregister_module_name = file.stem
    try:
        spec = importlib.util.spec_from_file_location(file.stem, file)
        # Only a module that can be found by its name is registered.
        sys.modules[file.stem] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        DagContext.current_autoregister_module_name = None
        sys.modules.pop(file.stem, None)
    return [dag for dag, _module in DagContext.autoregistered_dags]


@pytest.fixture(scope="module")
def dags() -> dict:
    found: dict = {}
    for file in _FILES:
        found |= {dag.dag_id: dag for dag in _collected(file)}
    return found


@pytest.mark.parametrize("file", _FILES, ids=lambda file: file.stem)
def test_file_holds_the_dag_of_its_name_and_no_other(file: Path) -> None:
    assert [dag.dag_id for dag in _collected(file)] == [file.stem]


@pytest.mark.parametrize("file", _FILES, ids=lambda file: file.stem)
def test_file_is_short_and_reads_nothing(file: Path) -> None:
    text = file.read_text()
    called = {x.func.id for x in ast.walk(ast.parse(text)) if _calls_a_name(x)}
    assert len(text.splitlines()) <= 80
    assert not called & {"open", "exec", "eval"}
    assert "read_text" not in text


def _calls_a_name(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name)


def test_parsing_loads_nothing_heavy() -> None:
    command = [sys.executable, "-c", _LOADED, ",".join(map(str, _FILES)), *_HEAVY]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [str(file) for file in _FILES], done.stderr


def test_all_have_no_cycle_and_no_catchup(dags) -> None:
    for dag in dags.values():
        dag.check_cycle()
        assert not dag.catchup


def test_every_task_has_an_end(dags) -> None:
    tasks = [task for dag in dags.values() for task in dag.tasks]
    # One that asks a person ends by its own timeout: it does not run while it waits.
    ends = ("execution_timeout", "response_timeout")
    endless = [x.task_id for x in tasks if not any(getattr(x, end, None) for end in ends)]
    assert endless == []


@pytest.mark.parametrize("name", ["drain_link", "undrain_link"])
def test_link_and_check_are_asked_for(dags, name: str) -> None:
    params = dags[name].params
    assert set(params) == {"link", "check"}
    assert params["check"] is False


@pytest.mark.parametrize(
    "link", ["{{ 7*7 }}", "r1", "r1:r3;id", "-e:x", "r1:r3\n", "a:" + "b" * 200]
)
def test_link_that_is_no_link_is_refused(dags, link: str) -> None:
    with pytest.raises(ParamValidationError):
        dags["drain_link"].params.get_param("link").resolve(link)


def test_link_is_taken(dags) -> None:
    assert dags["drain_link"].params.get_param("link").resolve("r1:r3") == "r1:r3"


def test_playbooks_are_those_of_the_name(dags) -> None:
    names = {"drain_link", "undrain_link", "backup_configs", "check_backups", "check_drift"}
    names |= {"check_health", "roll_up_telemetry", "check_telemetry", "check_topology"}
    names |= {"speed_test", "check_sla", "train_models", "grade_predictions"}
    assert {name: dags[name].tasks[0].playbook for name in names} == {name: name for name in names}


def test_loop_is_started_by_predictions_and_is_one_task(dags) -> None:
    dag = dags["prevent_link_failure"]
    (asset,) = dag.timetable.asset_condition.objects
    assert [type(x.trigger).__name__ for x in asset.watchers] == ["PredictionTrigger"]
    assert [(task.task_id, task.retries) for task in dag.tasks] == [("remediate", 3)]


def test_a_drain_stands_by_one_run_after_the_other_and_only_when_it_is_let(dags) -> None:
    dag = dags["stand_by"]
    (task,) = dag.tasks
    assert (type(dag.timetable).__name__, dag.max_active_runs) == ("ContinuousTimetable", 1)
    assert dag.is_paused_upon_creation
    assert task.execution_timeout.total_seconds() > task.seconds


def test_what_nobody_watches_tells_when_it_fails(dags) -> None:
    names = ("backup_configs", "backup_changed", "check_backups", "check_drift")
    names = (*names, "roll_up_telemetry", "check_telemetry", "check_topology")
    for name in (*names, "speed_test", "check_sla", "train_models", "grade_predictions"):
        (task,) = dags[name].tasks
        told = [type(each).__name__ for each in task.on_failure_callback]
        assert (name, told) == (name, ["AlertNotifier"])


@pytest.mark.parametrize(
    "name", ["check_telemetry", "speed_test", "check_sla", "train_models", "grade_predictions"]
)
def test_what_needs_more_than_a_start_waits_until_somebody_lets_it(dags, name: str) -> None:
    assert dags[name].is_paused_upon_creation


def test_changed_devices_are_backed_up_when_the_ledger_tells_of_a_change(dags) -> None:
    dag = dags["backup_changed"]
    (asset,) = dag.timetable.asset_condition.objects
    assert [type(x.trigger).__name__ for x in asset.watchers] == ["ChangeTrigger"]
    assert [task.playbook for task in dag.tasks] == ["backup_configs"]
