"""A service that dies or falls silent is started again, and ends when it is told to."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from forerunner import home, supervisor

# Its lives are the words of a file: an exit code, or what it does.
_SERVICE = """
import os, pathlib, signal, subprocess, sys, time
from forerunner import supervisor
place = pathlib.Path(sys.argv[1])
if (place / "plan").read_text() == "slow":
    (place / "loading").write_text(str(os.getpid()))
    while os.getppid() == int(os.environ["FORERUNNER_SUPERVISOR"]):
        time.sleep(0.02)
supervisor.bind()
with (place / "lives").open("a") as told:
    told.write(f"{supervisor.restarts()} {os.getpid()} {time.time()}\\n")
lives = (place / "plan").read_text().split(",")
life = lives[min(supervisor.restarts(), len(lives) - 1)]
if life == "silent":
    supervisor.alive()
    time.sleep(60)
if life == "last_word":
    # Whoever looks after it is busy until it has gone, and finds its words then.
    os.kill(os.getppid(), signal.SIGSTOP)
    subprocess.Popen(["sh", "-c", f"sleep 0.3; kill -CONT {os.getppid()}"])
    for _ in range(3):
        supervisor.alive()
    os._exit(1)
if life == "loads":
    time.sleep(0.8)
    life = "stay"
if life == "deaf":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    life = "stay"
while life == "stay":
    supervisor.alive()
    time.sleep(0.05)
sys.exit(int(life))
"""
_KEEPER = """
import logging, sys
from forerunner import supervisor
logging.basicConfig(level=logging.INFO)
patience = supervisor.Patience(5.0, 0.4, 0.1, 0.3, 30.0, 0.5)
sys.exit(supervisor.supervise([sys.executable, "-c", sys.argv[1], sys.argv[2]], patience))
"""
Keep = Callable[[str], "subprocess.Popen[str]"]


@pytest.fixture
def keep(tmp_path: Path) -> Iterator[Keep]:
    """Start a supervisor over a service with planned lives."""
    started: list[subprocess.Popen[str]] = []

    def start(plan: str) -> "subprocess.Popen[str]":
        (tmp_path / "plan").write_text(plan)
        command = [sys.executable, "-c", _KEEPER, _SERVICE, str(tmp_path)]
        keeper = subprocess.Popen(command, cwd=home.root(), stderr=subprocess.PIPE, text=True)
        started.append(keeper)
        return keeper

    yield start
    for each in started:
        each.terminate()
        each.communicate(timeout=10)


def _lives(place: Path, count: int) -> list[tuple[int, int, float]]:
    """Return restarts, process and begin of each life, once there are so many."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        lines = (place / "lives").read_text().splitlines() if (place / "lives").exists() else []
        if len(lines) >= count:
            words = [line.split() for line in lines]
            return [(int(a), int(b), float(c)) for a, b, c in words]
        time.sleep(0.02)
    pytest.fail(f"not {count} lives")


def test_what_dies_is_started_again_later_and_later(keep: Keep, tmp_path: Path) -> None:
    keeper = keep("1,0,3,stay")
    lives = _lives(tmp_path, 4)
    assert [each[0] for each in lives] == [0, 1, 2, 3]
    assert lives[3][2] - lives[2][2] > 0.3
    os.kill(lives[3][1], signal.SIGKILL)
    assert _lives(tmp_path, 5)[4][0] == 4
    keeper.terminate()
    assert "ended with -9" in keeper.communicate(timeout=10)[1]


def test_what_says_nothing_any_more_is_killed_and_started_again(keep: Keep, tmp_path: Path) -> None:
    keeper = keep("silent,stay")
    lives = _lives(tmp_path, 2)
    assert not psutil.pid_exists(lives[0][1])
    time.sleep(1.0)
    keeper.terminate()
    assert keeper.communicate(timeout=10)[1].count("says nothing any more") == 1


def test_told_to_end_it_ends_the_service_and_starts_no_other(keep: Keep, tmp_path: Path) -> None:
    keeper = keep("stay")
    ((_, pid, _),) = _lives(tmp_path, 1)
    keeper.terminate()
    assert keeper.wait(10) == 0
    assert not psutil.pid_exists(pid)
    assert len(_lives(tmp_path, 1)) == 1


def test_what_somebody_must_mend_before_the_first_start_is_not_tried_again(
    keep: Keep, tmp_path: Path
) -> None:
    assert keep("2").wait(10) == 2
    assert len(_lives(tmp_path, 1)) == 1


def test_what_somebody_must_mend_later_is_tried_again(keep: Keep, tmp_path: Path) -> None:
    keep("1,2,stay")
    assert [each[0] for each in _lives(tmp_path, 3)] == [0, 1, 2]


def test_no_service_outlives_a_supervisor_that_was_shot(keep: Keep, tmp_path: Path) -> None:
    keeper = keep("stay")
    ((_, pid, _),) = _lives(tmp_path, 1)
    time.sleep(0.3)
    keeper.kill()
    keeper.wait()
    psutil.wait_procs([psutil.Process(pid)] if psutil.pid_exists(pid) else [], timeout=5)
    assert not psutil.pid_exists(pid)


def test_no_service_outlives_a_supervisor_that_died_while_it_was_loading(
    keep: Keep, tmp_path: Path
) -> None:
    keeper = keep("slow")
    deadline = time.monotonic() + 30
    while not (tmp_path / "loading").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    keeper.kill()
    keeper.wait()
    pid = int((tmp_path / "loading").read_text())
    psutil.wait_procs([psutil.Process(pid)] if psutil.pid_exists(pid) else [], timeout=10)
    assert not (tmp_path / "lives").exists()
    assert not psutil.pid_exists(pid)


def test_the_last_words_of_one_life_do_not_shorten_the_patience_with_the_next(
    keep: Keep, tmp_path: Path
) -> None:
    keeper = keep("last_word,loads")
    _lives(tmp_path, 2)
    time.sleep(2.0)
    keeper.terminate()
    assert "says nothing any more" not in keeper.communicate(timeout=10)[1]


def test_what_does_not_end_when_it_is_told_to_is_killed(keep: Keep, tmp_path: Path) -> None:
    keeper = keep("deaf")
    ((_, pid, _),) = _lives(tmp_path, 1)
    time.sleep(0.3)
    keeper.terminate()
    assert keeper.wait(10) == 0
    assert not psutil.pid_exists(pid)


def test_what_is_written_is_bounded(tmp_path: Path) -> None:
    log = tmp_path / "log"
    script = "import time\nwhile True: print('x' * 999, flush=True); time.sleep(0.001)"
    keeper = _KEEPER.replace("patience = ", "supervisor._MOST_LOG_BYTES = 100_000\npatience = ")
    with log.open("a") as output:
        command = [sys.executable, "-c", keeper, script, str(tmp_path)]
        running = subprocess.Popen(command, cwd=home.root(), stdout=output, stderr=output)
    deadline = time.monotonic() + 30
    while not (tmp_path / "log.1").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    running.terminate()
    running.wait(20)
    assert (tmp_path / "log.1").stat().st_size > 100_000
    assert b"\0" not in log.read_bytes()


def test_systemd_hears_the_same_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        supervisor.alive()
        assert systemd.recv(100) == b"WATCHDOG=1"
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "nobody"))
    supervisor.alive()
