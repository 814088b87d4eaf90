"""Start, stop and look at a local Airflow: standalone, LocalExecutor, SQLite."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console

from forerunner import service
from forerunner.airflow import preload, processes, settings
from forerunner.airflow.client import Access, AirflowError, Client
from forerunner.airflow.kill_switch import GO, VARIABLE
from forerunner.airflow.warm_up import warm_up
from forerunner.model import new_id

LOOP_DAG, STANDBY_DAG = "prevent_link_failure", "stand_by"
SERVICE = "airflow"

_PARTS = ("metadatabase", "scheduler", "triggerer", "dag_processor")
# A busy machine takes several times the half minute of an idle one.
_READY_S = 300.0
_STANDBY_S = 90.0
_LOG_LINES = 15


def up(port: int | None = None) -> Access:
    """Start Airflow and wait until it acts on predictions; does nothing when it runs.

    Args:
        port: Of the web interface; by default `FORERUNNER_AIRFLOW_PORT`, else 8080.

    Raises:
        PortTaken: Names the port and the setting that moves it.
        AirflowError: It does not get ready; shows the end of its log.
    """
    console = Console(stderr=True)
    state = _read_state()
    if state and processes.marked(state["run"]):
        return _tell(console, access())
    ports = settings.Ports.chosen(port)
    ports.check_free()
    reached = Access(f"http://127.0.0.1:{ports.api}", settings.USER, settings.password())
    begun = time.monotonic()
    _start_until_ready(console, ports, reached)
    console.print(f"Airflow is up after {time.monotonic() - begun:.0f} s")
    return _tell(console, reached)


def down() -> int:
    """Stop Airflow with everything that it started; return how many processes that were."""
    state = _read_state()
    _pause_standby()
    # By their mark: the children of a parent that died before it are found as well.
    ended = processes.end(state["run"]) if state else 0
    service.stop(SERVICE)
    _state_file().unlink(missing_ok=True)
    return ended


def status() -> dict[str, str]:
    """Say whether Airflow runs, and where; return component to `healthy` or `unhealthy`."""
    console = Console(stderr=True)
    state = _read_state()
    if not state or not processes.marked(state["run"]):
        console.print("Airflow is down; `make airflow` starts it")
        return {}
    with Client(_tell(console, access())) as client:
        health = client.health()
    for name, word in health.items():
        console.print(f"  {name}: {word}")
    return health


def access(var: Path | None = None) -> Access:
    """Return where the running Airflow is, and its login.

    Args:
        var: Run-time state that it belongs to; by default this process's.

    Raises:
        AirflowError: None was started.
    """
    state = _read_state(var)
    if not state:
        raise AirflowError("Airflow is down; `make airflow` starts it")
    return Access(state["url"], settings.USER, settings.password(var))


def _start_until_ready(console: Console, ports: settings.Ports, reached: Access) -> None:
    """Start it and wait until it is ready; when it does not get there, nothing of it stays."""
    run = new_id("airflow")
    _write_state({"run": run, "url": reached.url})
    try:
        _start(ports, run)
        with Client(reached) as client, console.status("starting Airflow") as status:
            _await_ready(client, lambda text: status.update(f"starting Airflow: {text}"))
    except BaseException:
        down()
        raise


def _start(ports: settings.Ports, run: str) -> None:
    place = settings.airflow_home()
    preload.write(place)
    _log_file().unlink(missing_ok=True)
    command = [str(Path(sys.executable).parent / "airflow"), "standalone"]
    service.start(SERVICE, command, settings.environment(ports, run), _log_file())


def _await_ready(client: Client, tell: Callable[[str], None]) -> None:
    deadline = time.monotonic() + _READY_S
    while missing := _missing(client.health()):
        if service.status(SERVICE) is None or time.monotonic() > deadline:
            tail = "\n".join(_log_file().read_text(errors="replace").splitlines()[-_LOG_LINES:])
            raise AirflowError(f"Airflow does not start ({_log_file()}):\n{tail}")
        tell("waiting for " + ", ".join(missing))
        time.sleep(0.3)
    tell("warming up")
    client.add_variable(VARIABLE, GO, "go lets changes pass; anything else stops them all")
    warm_up(client, LOOP_DAG, deadline)
    _await_standby(client, tell, time.monotonic() + _STANDBY_S)


def _await_standby(client: Client, tell: Callable[[str], None], deadline: float) -> None:
    """Have a drain made ready; only now, since no task can run before the API server does."""
    from forerunner.remediate import standing_by

    tell("waiting for a drain that stands by")
    let = False
    while not standing_by() and time.monotonic() < deadline:
        let = let or _let_stand_by(client)
        time.sleep(0.3)
    if not standing_by():
        # The other road works without it, some seconds slower.
        tell(f"no drain stands by; see the log of {STANDBY_DAG} in Airflow")


def _let_stand_by(client: Client) -> bool:
    try:
        client.pause(STANDBY_DAG, False)
    except AirflowError:
        # Not parsed yet.
        return False
    return True


def _pause_standby() -> None:
    """Let the next start decide when a drain is made ready."""
    try:
        with Client(access()) as client:
            client.pause(STANDBY_DAG, True)
    except AirflowError:
        # It is down already, or has never got so far.
        return


def _missing(health: dict[str, str]) -> list[str]:
    if not health:
        return ["api-server"]
    return [part for part in _PARTS if health.get(part) != "healthy"]


def _tell(console: Console, reached: Access) -> Access:
    console.print(f"Airflow {reached.url}  user {reached.user}  password {reached.password}")
    return reached


def _log_file() -> Path:
    return settings.airflow_home() / "standalone.log"


def _state_file(var: Path | None = None) -> Path:
    return settings.airflow_home(var) / "standalone.json"


def _read_state(var: Path | None = None) -> dict[str, Any]:
    try:
        state: dict[str, Any] = json.loads(_state_file(var).read_text())
    except FileNotFoundError:
        return {}
    return state


def _write_state(state: dict[str, Any]) -> None:
    _state_file().parent.mkdir(parents=True, exist_ok=True)
    _state_file().write_text(json.dumps(state))
