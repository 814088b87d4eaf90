"""A small project of real playbooks, and the processes that a run leaves."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest


@pytest.fixture
def project(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return the run-time state's place of a project with a few playbooks."""
    monkeypatch.setenv("FORERUNNER_HOME", str(Path(__file__).parent / "project"))
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path))
    monkeypatch.setenv("ANSIBLE_HOME", str(tmp_path / "ansible"))
    return tmp_path


def living(marker: str) -> list[psutil.Process]:
    """Return the processes that have the marker in their environment."""
    found = []
    for process in psutil.process_iter():
        try:
            if marker in process.environ().values() and process.status() != "zombie":
                found.append(process)
        except psutil.Error:
            continue
    return found


@pytest.fixture
def gone() -> Iterator[Callable[[str, float], list[psutil.Process]]]:
    """Return a function that waits for all processes with a marker and returns those left."""
    markers = []

    def wait(marker: str, seconds: float) -> list[psutil.Process]:
        markers.append(marker)
        deadline = time.monotonic() + seconds
        while (left := living(marker)) and time.monotonic() < deadline:
            time.sleep(0.05)
        return left

    yield wait
    for process in (left for marker in markers for left in living(marker)):
        process.kill()
