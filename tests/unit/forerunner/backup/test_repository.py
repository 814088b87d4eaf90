"""The repository of configurations, with real Git."""

import os
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from forerunner.backup import BackupError, Repository
from forerunner.backup.operation import _judge
from forerunner.fleet import DeviceResult


def git(directory: Path, *arguments: str) -> str:
    command = ["git", "-C", str(directory), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def subjects(directory: Path) -> list[str]:
    return git(directory, "log", "--format=%s").splitlines()


def test_a_commit_names_the_devices_that_differ_and_the_reason(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "b")
    repository.store({"r1": "one\n", "r2": "two\n"}, "by hand")
    repository.store({"r1": "one\n", "r2": "new\n"}, "plan-7\nsecond line")
    assert subjects(tmp_path / "b") == ["r2: plan-7 second line", "r1, r2: by hand"]


def test_what_is_as_stored_makes_no_commit(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "b")
    assert repository.store({"r1": "one\n"}, "by hand") is not None
    assert repository.store({"r1": "one\n"}, "by hand") is None


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    Repository(tmp_path / "b").store({"r1": "one\n"}, "by hand")
    modes = [stat.S_IMODE((tmp_path / "b" / name).stat().st_mode) for name in (".", "r1.cfg")]
    assert modes == [0o700, 0o600]


def test_what_a_dead_run_left_uncommitted_does_not_count_as_stored(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "b")
    repository.store({"r1": "one\n"}, "by hand")
    repository.path("r1").write_text("half a run\n")
    repository.path("r2").write_text("new, never committed\n")
    assert repository.stored(["r1", "r2"]) == {"r1": "one\n", "r2": ""}


def test_several_writers_take_turns(tmp_path: Path) -> None:
    def write(number: int) -> None:
        Repository(tmp_path / "b").store({f"r{number}": f"{number}\n"}, "at once")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert sorted(subjects(tmp_path / "b")) == [f"r{number}: at once" for number in range(4)]


def test_a_directory_that_cannot_be_made_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BackupError, match="cannot be written"):
        Repository(tmp_path / "file" / "b").store({"r1": "one\n"}, "by hand")


def test_the_users_own_git_settings_take_no_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".gitconfig").write_text("[commit]\n gpgsign = true\n[user]\n name = Somebody\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_DIR", os.fspath(tmp_path / "elsewhere"))
    Repository(tmp_path / "b").store({"r1": "one\n"}, "by hand")
    monkeypatch.delenv("GIT_DIR")
    assert git(tmp_path / "b", "log", "--format=%an").strip() == "Forerunner"


@pytest.mark.parametrize(
    ("lines", "status"), [(100, "ok"), (99, "changed"), (50, "changed"), (49, "failed")]
)
def test_a_configuration_that_lost_more_than_half_is_not_believed(lines: int, status: str) -> None:
    fetched = DeviceResult("ok", data={"config": "x\n" * lines})
    assert _judge("r1", fetched, "x\n" * 100, allow_shrink=False).status == status
