"""An Airflow of a test's own, and waiting for what it does."""

import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from forerunner.airflow import processes, standalone
from forerunner.airflow.client import Client
from forerunner.database import Database
from forerunner.gate import switch

_PORTS = ("FORERUNNER_AIRFLOW_LOG_PORT", "FORERUNNER_AIRFLOW_TRIGGER_LOG_PORT")


@contextmanager
def own_airflow(environment: Mapping[str, str]) -> Iterator[Client]:
    """Run an Airflow with variables of the environment; afterwards no process of it is left."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("FORERUNNER_LEDGER", raising=False)
        for name, value in environment.items():
            patch.setenv(name, value)
        with running_airflow(patch), Client(standalone.access()) as client:
            yield client
        # A task that ends with its Airflow stops everything, for it can no longer ask; that stays.
        switch.go(Database(), "test", airflow=True)


@contextmanager
def running_airflow(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Run an Airflow in this environment; afterwards no process of it is left."""
    for name in _PORTS:
        patch.delenv(name, raising=False)
    standalone.up(free_port())
    run = standalone._read_state()["run"]
    try:
        yield
    finally:
        standalone.down()
    assert processes.marked(run) == []


def free_port() -> int:
    """Return a port that nobody has, and whose neighbours are port numbers too."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return min(int(probe.getsockname()[1]), 60000)


def wait(what: Callable[[], Any], seconds: float) -> Any:
    """Return what something gives, once it gives something."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := what():
            return found
        time.sleep(0.1)
    pytest.fail(f"nothing after {seconds} s")
