"""A repository of backups to write to, and configurations to write."""

import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from forerunner.backup import Backup, Note, Repository, Seal, Terms, store
from forerunner.fleet import DeviceResult


def _fetched(configs: Mapping[str, str], at: float | None = None) -> dict[str, DeviceResult]:
    moment = time.time() if at is None else at
    return {
        name: DeviceResult("ok", data={"config": config, "fetched_at": moment})
        for name, config in configs.items()
    }


@pytest.fixture
def fetched() -> Callable[..., dict[str, DeviceResult]]:
    """What a fetch gives: `fetched({"r1": "hostname r1\\n"}, at=time.time())`."""
    return _fetched


@pytest.fixture
def git() -> Callable[..., str]:
    """Run Git as a person would: `git(directory, "log")`."""

    def run(directory: Path, *arguments: str) -> str:
        command = ["git", "-C", str(directory), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    return run


@pytest.fixture(scope="session")
def seal() -> Seal:
    return Seal(b"the vault password", "the password of the test")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "b")


@pytest.fixture
def keep(repository: Repository, seal: Seal) -> Callable[..., Backup]:
    """Store configurations: `keep({"r1": "hostname r1\\n"}, reason="by hand")`."""

    def run(configs: Mapping[str, str], at: float | None = None, **terms: object) -> Backup:
        note = Note(str(terms.pop("reason", "by hand")), "alice", str(terms.pop("plan", "")))
        return store(repository, seal, _fetched(configs, at), Terms(note, **terms))  # type: ignore[arg-type]

    return run
