"""What a killed builder left outside of the namespaces is found by its files, and nothing else."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from forerunner.lab.removal import strays


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for name in ("fr7", "fr70"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "log").touch()
    return tmp_path


@pytest.fixture
def started(files: Path) -> Iterator[dict[str, int]]:
    """A daemon of lab fr7, one of lab fr70, and somebody who reads a log of fr7."""
    sleeps = ["/usr/bin/python3", "-c", "import time; time.sleep(60)"]
    commands = {
        "ours": [*sleeps, str(files / "fr7" / "log")],
        "another's": [*sleeps, str(files / "fr70" / "log")],
        "a reader": ["tail", "-f", str(files / "fr7" / "log")],
    }
    processes = {name: subprocess.Popen(command) for name, command in commands.items()}
    yield {name: process.pid for name, process in processes.items()}
    for process in processes.values():
        process.kill()
        process.wait()


def test_only_a_daemon_of_that_lab_is_a_stray(files: Path, started: dict[str, int]) -> None:
    assert strays(files / "fr7") == [started["ours"]]
