"""Whoever started a run may be shot at any moment: nothing of the run goes on without it."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

_PARENT = """
import sys
from forerunner.runner import Job
Job("mark_slowly", {"mark": sys.argv[2]}, name=sys.argv[1]).run()
"""
_STARTING = [(False, random.Random(seed).uniform(0.1, 2)) for seed in range(3)]
_WORKING = [(True, random.Random(seed).uniform(0, 3)) for seed in range(4)]


def _start(name: str, mark: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", _PARENT, name, str(mark)])


def _wait_for(path: Path) -> None:
    deadline = time.monotonic() + 60
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert path.exists()


@pytest.mark.slow
@pytest.mark.parametrize(("working", "moment"), _STARTING + _WORKING)
def test_kill_of_the_parent_leaves_nothing(
    project: Path,
    gone: Callable[[str, float], list[psutil.Process]],
    working: bool,
    moment: float,
) -> None:
    name, mark = f"run-kill-{os.getpid()}-{moment:.3f}", project / "mark"
    parent = _start(name, mark)
    if working:
        _wait_for(mark)
    time.sleep(moment)
    assert parent.poll() is None
    parent.kill()
    parent.wait()
    left = gone(name, 5)
    written = mark.read_text() if mark.exists() else ""
    time.sleep(1)
    assert left == []
    assert list((project / "runs").glob("*")) == []
    assert (mark.read_text() if mark.exists() else "") == written
    assert "late" not in written


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_kill_of_the_guardian_leaves_nothing(
    project: Path, gone: Callable[[str, float], list[psutil.Process]], number: signal.Signals
) -> None:
    name, mark = f"run-guardian-{os.getpid()}-{number}", project / "mark"
    parent = _start(name, mark)
    _wait_for(mark)
    (guardian,) = psutil.Process(parent.pid).children()
    guardian.send_signal(number)
    assert parent.wait(20) == 0
    assert gone(name, 5) == []
    assert "late" not in mark.read_text()


def test_kill_of_ansible_alone_leaves_no_worker(
    project: Path, gone: Callable[[str, float], list[psutil.Process]]
) -> None:
    name, mark = f"run-ansible-{os.getpid()}", project / "mark"
    parent = _start(name, mark)
    _wait_for(mark)
    (guardian,) = psutil.Process(parent.pid).children()
    guardian.children()[0].kill()
    assert parent.wait(20) == 0
    assert gone(name, 5) == []
    assert "late" not in mark.read_text()
