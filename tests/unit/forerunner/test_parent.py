"""A worker ends with the process that started it, however that is killed."""

import subprocess
import sys

import psutil
import pytest

_PLAY = """
import multiprocessing, time
from forerunner.parent import end_with, end_with_play

def work(told):
    {act}
    told.put(1)
    time.sleep(60)

told = multiprocessing.get_context("fork").Queue()
worker = multiprocessing.get_context("fork").Process(target=work, args=(told,), daemon=True)
worker.start()
told.get(timeout=20) if {waits} else worker.join(20)
print(worker.pid, worker.exitcode, flush=True)
time.sleep(60)
"""


def begin(act: str, waits: bool) -> tuple["subprocess.Popen[str]", int, str]:
    """Start a play; return it, its worker and that one's exit code."""
    command = [sys.executable, "-c", _PLAY.format(act=act, waits=waits)]
    play = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert play.stdout
    pid, code = play.stdout.readline().split()
    return play, int(pid), code


@pytest.mark.skipif(sys.platform != "linux", reason="a signal of Linux")
def test_a_worker_ends_with_its_play() -> None:
    play, pid, _ = begin("end_with_play()", waits=True)
    worker = psutil.Process(pid)

    play.kill()
    play.wait()

    worker.wait(5)


@pytest.mark.skipif(sys.platform != "linux", reason="a signal of Linux")
def test_a_worker_whose_parent_is_dead_already_ends_now() -> None:
    play, _, code = begin("end_with(1)", waits=False)
    play.kill()
    play.wait()

    assert code == "-9"
