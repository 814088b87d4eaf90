"""A service is started once, stopped as a tree, and never mistaken for another process."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from forerunner import service
from forerunner.errors import InvalidData

_SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
_STUBBORN_CODE = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
subprocess.Popen([sys.executable, "-c", child])
print("ready", flush=True)
time.sleep(60)
"""
_STUBBORN = [sys.executable, "-c", _STUBBORN_CODE]


@pytest.fixture(autouse=True)
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path))
    return tmp_path


def _start(command: list[str], var: Path) -> service.Service:
    return service.start("sleeper", command, dict(os.environ), var / "log")


def test_a_service_runs_until_it_is_stopped(var: Path) -> None:
    started = _start(_SLEEP, var)
    assert started == service.status("sleeper")
    process = psutil.Process(started.pid)
    assert service.stop("sleeper", 5)
    assert (service.status("sleeper"), ended(process)) == (None, True)


def ended(process: psutil.Process) -> bool:
    """Whether a process has ended, though its parent may not have asked how yet."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_second_one_of_the_name_is_refused(var: Path) -> None:
    _start(_SLEEP, var)
    try:
        with pytest.raises(service.ServiceError, match="runs already"):
            _start(_SLEEP, var)
    finally:
        service.stop("sleeper", 5)


def test_stopping_what_does_not_run_is_no_error() -> None:
    assert not service.stop("sleeper", 1)


def test_a_tree_that_ignores_term_is_killed_whole(var: Path) -> None:
    started = _start(_STUBBORN, var)
    deadline = time.monotonic() + 20
    while "ready" not in (var / "log").read_text() and time.monotonic() < deadline:
        time.sleep(0.05)
    tree = psutil.Process(started.pid).children(recursive=True)
    assert tree
    service.stop("sleeper", 0.5)
    assert all(ended(each) for each in tree)


def test_a_recycled_process_identifier_is_left_alone(var: Path) -> None:
    with subprocess.Popen(_SLEEP) as stranger:
        file = var / "services" / "sleeper.json"
        file.parent.mkdir()
        created = psutil.Process(stranger.pid).create_time() - 3600
        record = {"name": "sleeper", "pid": stranger.pid, "create_time": created}
        file.write_text(json.dumps({**record, "command": _SLEEP, "log": "x"}))
        assert service.status("sleeper") is None
        assert not service.stop("sleeper", 1)
        assert stranger.poll() is None
        stranger.kill()


def test_a_record_that_names_process_one_is_refused(var: Path) -> None:
    file = var / "services" / "sleeper.json"
    file.parent.mkdir()
    record = {"name": "sleeper", "pid": 1, "create_time": 0, "command": ["x"], "log": "x"}
    file.write_text(json.dumps(record))
    with pytest.raises(InvalidData, match="pid"):
        service.stop("sleeper", 1)


@pytest.mark.parametrize("name", ["../x", "", "A", "a b"])
def test_a_name_is_no_path(name: str) -> None:
    with pytest.raises(service.ServiceError):
        service.status(name)


def test_a_program_that_is_missing_is_named(var: Path) -> None:
    with pytest.raises(service.ServiceError, match="/no/such"):
        _start(["/no/such"], var)
