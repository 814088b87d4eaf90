"""What the scheduler loads before it forks its workers, so that no task has to.

A local worker is a fork of the scheduler: what is loaded there is loaded in every task, and half
a second less lies between a prediction and the act.
"""

import sys
from importlib import import_module
from pathlib import Path

_MODULES = ("ansible_runner", "forerunner.runner", "forerunner.ledger", "forerunner.remediate")
_SETTINGS = """from forerunner.airflow import preload

preload.load()
"""


def write(airflow_home: Path) -> None:
    """Write the settings file by which every process of Airflow calls `load`."""
    directory = airflow_home / "config"
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "airflow_local_settings.py").write_text(_SETTINGS)


def load() -> None:
    """Load what tasks need, if this process is the scheduler."""
    if "scheduler" in sys.argv[1:2]:
        for name in _MODULES:
            import_module(name)
