"""What belongs together ends together, and nothing else does."""

import os
import subprocess
import sys
import time

import psutil

from forerunner.airflow import processes
from forerunner.airflow.settings import MARKER

_BOUND = """
import sys, time
from forerunner.airflow.binding import bind_to_supervisor
bind_to_supervisor()
print("bound", flush=True)
time.sleep(60)
"""
_PARENT = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", sys.argv[1]], stdout=subprocess.PIPE, text=True)
print(child.stdout.readline().strip(), child.pid, flush=True)
child.wait()
"""
_LEAVER = "import subprocess, sys; subprocess.Popen(['setsid', 'sleep', '60'])"


def test_task_dies_with_its_supervisor() -> None:
    command = [sys.executable, "-c", _PARENT, _BOUND]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        word, pid = parent.stdout.readline().split()
        task = psutil.Process(int(pid))
        parent.kill()
    _, alive = psutil.wait_procs([task], timeout=3)
    assert (word, alive) == ("bound", [])


def test_all_that_carry_the_mark_are_ended_and_no_others() -> None:
    run = f"airflow-test-{os.getpid()}"
    # Its own child has lost its parent, and with it the tree.
    subprocess.run([sys.executable, "-c", _LEAVER], env=os.environ | {MARKER: run}, check=True)
    other = subprocess.Popen(["sleep", "60"], env=os.environ | {MARKER: f"{run}-other"})
    try:
        _wait_for(run)
        assert processes.end(run) == 1
        assert processes.marked(run) == []
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def _wait_for(run: str) -> None:
    deadline = time.monotonic() + 5
    while not processes.marked(run) and time.monotonic() < deadline:
        time.sleep(0.05)


def test_process_that_takes_no_hint_is_killed(monkeypatch) -> None:
    monkeypatch.setattr(processes, "_GRACE_S", 1.0)
    run = f"airflow-deaf-{os.getpid()}"
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True)"
    deaf += "; time.sleep(60)"
    command = [sys.executable, "-c", deaf]
    environment = os.environ | {MARKER: run}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        assert processes.end(run) == 1
        assert processes.marked(run) == []
