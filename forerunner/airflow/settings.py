"""What the local Airflow is told, all by its environment: places, ports, keys, intervals."""

import base64
import json
import os
import secrets
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

from forerunner import home
from forerunner.errors import ForerunnerError

USER = "admin"
MARKER = "FORERUNNER_AIRFLOW_RUN"
"""Variable that all processes of one start have in their environment."""

# Airflow's own distances between its ports: 8080, 8793 and 8794.
_LOG_OFFSET, _TRIGGER_LOG_OFFSET = 713, 714
_HEARTBEAT_TIMEOUT_S = 30
# SQLite has one writer at a time. The driver's 5 s are over while a busy disk takes the first
# reading of the DAG files, and what then fails is whatever came next.
_DATABASE_PATIENCE_S = 60


class PortTaken(ForerunnerError):
    """A port that Airflow needs is in use."""


@dataclass(frozen=True)
class Ports:
    """The ports that a local Airflow listens on.

    Attributes:
        api: Web interface and API; `FORERUNNER_AIRFLOW_PORT`, 8080.
        worker_log: `FORERUNNER_AIRFLOW_LOG_PORT`, by default 713 above `api`.
        trigger_log: `FORERUNNER_AIRFLOW_TRIGGER_LOG_PORT`, by default 714 above `api`.
    """

    api: int
    worker_log: int
    trigger_log: int

    @classmethod
    def chosen(cls, port: int | None = None) -> "Ports":
        """Return the ports that the argument or else the environment names.

        Raises:
            PortTaken: A setting is no port number.
        """
        api = port or _port("FORERUNNER_AIRFLOW_PORT", 8080)
        return cls(
            api,
            _port("FORERUNNER_AIRFLOW_LOG_PORT", api + _LOG_OFFSET),
            _port("FORERUNNER_AIRFLOW_TRIGGER_LOG_PORT", api + _TRIGGER_LOG_OFFSET),
        )

    def check_free(self) -> None:
        """Make sure that all of them can be listened on.

        Raises:
            PortTaken: Names the port and the setting that moves it.
        """
        _check_free(self.api, "127.0.0.1", "FORERUNNER_AIRFLOW_PORT (or --port)")
        _check_free(self.worker_log, "", "FORERUNNER_AIRFLOW_LOG_PORT")
        _check_free(self.trigger_log, "", "FORERUNNER_AIRFLOW_TRIGGER_LOG_PORT")


def airflow_home(var: Path | None = None) -> Path:
    """Return the directory of Airflow's own state, of this process's or of another's `var`."""
    return (var or home.var()).resolve() / "airflow"


def environment(ports: Ports, run: str) -> dict[str, str]:
    """Return the whole environment under which Airflow is started.

    Args:
        ports: Where to listen.
        run: Name of this start; marks its processes.
    """
    place = airflow_home()
    options = _core(place) | _intervals() | _listeners(ports) | _secrets()
    own = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW__")}
    named = {f"AIRFLOW__{name}": value for name, value in options.items()}
    return own | named | _surroundings(place, run)


def password(var: Path | None = None) -> str:
    """Return the password of the user `admin`, made at random when there is none yet."""
    path = _password_file(var)
    if not path.exists():
        _write_private(path, json.dumps({USER: secrets.token_urlsafe(12)}))
    return str(json.loads(path.read_text())[USER])


def _core(place: Path) -> dict[str, str]:
    return {
        "CORE__DAGS_FOLDER": str(home.root() / "dags"),
        "CORE__EXECUTOR": "LocalExecutor",
        # One of them stands by.
        "CORE__PARALLELISM": "5",
        "CORE__LOAD_EXAMPLES": "False",
        "CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(_password_file()),
        "DATABASE__SQL_ALCHEMY_CONN": (
            f"sqlite:///{place / 'airflow.db'}?timeout={_DATABASE_PATIENCE_S}"
        ),
        "LOGGING__BASE_LOG_FOLDER": str(place / "logs"),
    }


def _intervals() -> dict[str, str]:
    return {
        # A prediction waits for the scheduler's next look; the default is a second.
        "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",
        # A task that was shot is noticed, and tried again, after this long and not after 5 minutes.
        "SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": str(_HEARTBEAT_TIMEOUT_S),
        "SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "3",
        "WORKERS__MIN_HEARTBEAT_INTERVAL": "3",
        # DAG files seldom change here, and each parsing takes the time of a processor.
        "DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "120",
        "DAG_PROCESSOR__REFRESH_INTERVAL": "30",
        "DAG_PROCESSOR__PARSING_PROCESSES": "1",
        "DAG_PROCESSOR__PRINT_STATS_INTERVAL": "0",
    }


def _listeners(ports: Ports) -> dict[str, str]:
    return {
        "API__HOST": "127.0.0.1",
        "API__PORT": str(ports.api),
        "API__BASE_URL": f"http://127.0.0.1:{ports.api}",
        "CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{ports.api}/execution/",
        "LOGGING__WORKER_LOG_SERVER_PORT": str(ports.worker_log),
        "LOGGING__TRIGGER_LOG_SERVER_PORT": str(ports.trigger_log),
    }


def _secrets() -> dict[str, str]:
    keys = _keys()
    return {
        "API__SECRET_KEY": keys["api"],
        "API_AUTH__JWT_SECRET": keys["jwt"],
        "CORE__FERNET_KEY": keys["fernet"],
    }


def _surroundings(place: Path, run: str) -> dict[str, str]:
    """Return the variables that are not Airflow's options."""
    return {
        "AIRFLOW_HOME": str(place),
        MARKER: run,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        # setproctitle would write over the environment, and with it over the marker.
        "SPT_NOENV": "1",
        # Nothing here is to call home.
        "SCARF_ANALYTICS": "false",
        "DO_NOT_TRACK": "1",
    }


def _keys() -> dict[str, str]:
    """Return the keys of this place, made at random the first time."""
    path = airflow_home() / "keys.json"
    if not path.exists():
        fernet = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
        made = {"api": secrets.token_hex(32), "jwt": secrets.token_hex(32), "fernet": fernet}
        _write_private(path, json.dumps(made))
    keys: dict[str, str] = json.loads(path.read_text())
    return keys


def _password_file(var: Path | None = None) -> Path:
    return airflow_home(var) / "passwords.json"


def _write_private(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def _port(setting: str, default: int) -> int:
    text = os.environ.get(setting) or str(default)
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise PortTaken(f"{setting}={text} is no port; set it to a number from 1 to 65535")
    return int(text)


def _check_free(port: int, address: str, setting: str) -> None:
    with socket.socket() as listener:
        # As servers do; else a port in TIME_WAIT would look taken.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((address, port))
        except OSError as error:
            raise PortTaken(f"port {port} is taken ({error.strerror}); set {setting}") from None
