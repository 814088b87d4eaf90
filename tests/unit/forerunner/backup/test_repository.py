"""The repository of configurations, with real Git."""

import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from forerunner.backup import Backup, BackupError, Note, Repository, Seal, Terms, store
from forerunner.backup.operation import _judge
from forerunner.fleet import DeviceResult

Git = Callable[..., str]
Fetched = Callable[..., dict[str, DeviceResult]]
Store = Callable[..., Backup]
Subjects = Callable[[], list[str]]


@pytest.fixture
def subjects(git: Git, repository: Repository) -> Callable[[], list[str]]:
    return lambda: git(repository.directory, "log", "--format=%s").splitlines()


def test_a_commit_names_devices_reason_plan_and_who(
    git: Git,
    subjects: Subjects,
    keep: Store,
    repository: Repository,
) -> None:
    keep({"r1": "one\n", "r2": "two\n"})
    keep({"r1": "one\n", "r2": "new\n"}, reason="after a change\nsecond line", plan="plan-7")
    assert subjects() == [
        "r2: after a change second line (plan-7)",
        "r1, r2: by hand",
    ]
    assert git(repository.directory, "log", "-1", "--format=%an|%b").strip() == (
        "alice|Devices: r2\nPlan: plan-7\nAsked-by: alice"
    )


def test_what_is_as_stored_makes_no_commit_and_seals_nothing_anew(
    keep: Store, repository: Repository
) -> None:
    assert keep({"r1": "one\n"}).commit is not None
    sealed = repository.sealed(["r1"])
    again = keep({"r1": "one\n"})
    assert (again.commit, again.changed) == (None, False)
    assert repository.sealed(["r1"]) == sealed


def test_a_dry_run_stores_nothing(keep: Store, repository: Repository) -> None:
    assert keep({"r1": "one\n"}, check=True).changed
    assert not repository.directory.exists()


def test_people_read_no_secret_and_the_full_text_comes_back(
    git: Git, keep: Store, repository: Repository, seal: Seal
) -> None:
    config = "hostname r1\nenable secret CANARY\nend\n"
    done = keep({"r1": config})
    text = repository.path("r1").read_text()
    files = b"".join(path.read_bytes() for path in repository.directory.rglob("*.cfg"))
    assert ("CANARY" in text, b"CANARY" in files, "CANARY" in str(done.diff)) == (False,) * 3
    assert "CANARY" not in git(repository.directory, "log", "-p", "--all")
    assert seal.decrypt(repository.sealed(["r1"])["r1"], "r1") == config


def test_a_changed_secret_is_a_change_and_the_same_one_elsewhere_is_not_the_same(
    keep: Store, repository: Repository
) -> None:
    line = "enable secret {}\n"
    keep({"r1": line.format("one"), "r2": line.format("one")})
    texts = [repository.path(name).read_text() for name in ("r1", "r2")]
    assert texts[0] != texts[1]
    assert keep({"r1": line.format("two")}).changed


def test_another_vault_password_is_refused_before_anything_changes(
    fetched: Fetched, keep: Store, repository: Repository
) -> None:
    keep({"r1": "one\n"})
    other = Seal(b"another", "another file")
    with pytest.raises(BackupError, match="cannot be decrypted with another file"):
        store(repository, other, fetched({"r1": "two\n"}), Terms())
    assert repository.stored(["r1"]) == {"r1": "one\n"}


def test_nobody_else_may_read_it(keep: Store, repository: Repository) -> None:
    keep({"r1": "one\n"})
    paths = (repository.directory / name for name in (".", "r1.cfg", "full/r1.vault"))
    assert [stat.S_IMODE(path.stat().st_mode) for path in paths] == [0o700, 0o600, 0o600]


def test_what_somebody_changed_beside_git_is_put_right(
    git: Git, keep: Store, repository: Repository
) -> None:
    keep({"r1": "one\n", "r2": "two\n"})
    repository.path("r1").write_text("")
    repository.path("r2").unlink()
    assert repository.stored(["r1", "r2"]) == {"r1": "one\n", "r2": "two\n"}
    keep({"r1": "one\n"})
    assert [repository.path(name).read_text() for name in ("r1", "r2")] == ["one\n", "two\n"]
    assert git(repository.directory, "status", "--porcelain") == ""


def test_what_a_dead_writer_left_is_cleared(keep: Store, repository: Repository) -> None:
    keep({"r1": "one\n"})
    inside = repository.directory / ".git"
    left = [inside / "index.lock", inside / "refs/heads/main.lock", inside / "objects/tmp_obj_x"]
    left += [repository.directory / ".r1.cfg.new"]
    for path in left:
        path.write_text("half")
    assert keep({"r1": "two\n"}).commit is not None
    assert [path for path in left if path.exists()] == []


def test_a_repository_whose_making_was_cut_short_is_made(
    keep: Store, repository: Repository
) -> None:
    (repository.directory / ".git" / "objects").mkdir(parents=True)
    with pytest.raises(BackupError):
        keep({"r1": "one\n"})
    (repository.directory / ".git" / "objects").rmdir()
    assert keep({"r1": "one\n"}).commit is not None


def test_eight_writers_at_once_lose_nothing(
    git: Git,
    fetched: Fetched,
    subjects: Subjects,
    repository: Repository,
    seal: Seal,
) -> None:
    def write(number: int) -> None:
        own = Repository(repository.directory)
        store(own, seal, fetched({f"r{number}": f"{number}\n"}), Terms(Note("at once", "x")))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    assert sorted(subjects()) == [f"r{number}: at once" for number in range(8)]
    git(repository.directory, "fsck", "--full", "--strict")


def test_an_older_fetch_never_replaces_a_later_one(keep: Store, repository: Repository) -> None:
    now = time.time()
    keep({"r1": "new\n"}, at=now)
    done = keep({"r1": "old\n"}, at=now - 5)
    assert (repository.stored(["r1"]), done.changed) == ({"r1": "new\n"}, False)


_HOLDER = """
import fcntl, subprocess, sys
lock = open(sys.argv[1], "a")
fcntl.flock(lock, fcntl.LOCK_EX)
subprocess.Popen(["sleep", "2"], pass_fds=[lock.fileno()], stdout=subprocess.DEVNULL)
"""


def test_a_git_that_outlives_its_parent_keeps_the_lock(keep: Store, repository: Repository) -> None:
    keep({"r1": "one\n"})
    lock = repository.directory / ".lock"
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", _HOLDER, str(lock)], check=True)
    keep({"r1": "two\n"})
    assert time.monotonic() - began > 1.5


def test_a_directory_that_cannot_be_made_is_one_clear_error(
    fetched: Fetched, tmp_path: Path, seal: Seal
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BackupError, match="cannot be written"):
        store(Repository(tmp_path / "file" / "b"), seal, fetched({"r1": "one\n"}), Terms())


def test_a_repository_inside_another_one_is_its_own(
    git: Git,
    fetched: Fetched,
    tmp_path: Path,
    seal: Seal,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    git(tmp_path, "init", "--quiet")
    repository = Repository(tmp_path / "var" / "b")
    monkeypatch.setenv("GIT_DIR", os.fspath(tmp_path / "elsewhere"))
    store(repository, seal, fetched({"r1": "one\n"}), Terms())
    assert (repository.directory / ".git" / "HEAD").is_file()


def test_the_users_own_git_settings_take_no_part(
    git: Git,
    tmp_path: Path,
    keep: Store,
    repository: Repository,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / ".gitconfig").write_text("[commit]\n gpgsign = true\n[user]\n name = Somebody\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    keep({"r1": "one\n"})
    assert git(repository.directory, "log", "--format=%an %cn").strip() == "alice Forerunner"


@pytest.mark.parametrize(
    ("lines", "status"), [(None, "ok"), (99, "changed"), (50, "changed"), (49, "failed")]
)
def test_a_configuration_that_lost_more_than_half_is_not_believed(
    lines: int | None, status: str
) -> None:
    config = None if lines is None else "x\n" * lines
    result = DeviceResult("ok", data={"config": config})
    assert _judge("r1", result, config, "x\n" * 100, allow_shrink=False).status == status
