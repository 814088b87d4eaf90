"""Points in the history, the vault password, and how old a backup may be."""

import os
import stat
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from forerunner.backup import Backup, BackupError, Repository, Seal, assess, open_seal, versions
from forerunner.backup.freshness import FILE, duration
from forerunner.backup.history import full_text, version_at
from forerunner.backup.operation import Terms, store
from forerunner.errors import InvalidData
from forerunner.fleet import DeviceResult

Git = Callable[..., str]
Fetched = Callable[..., dict[str, DeviceResult]]
Store = Callable[..., Backup]

Git = Callable[..., str]
Fetched = Callable[..., dict[str, DeviceResult]]
Store = Callable[..., Backup]


@pytest.fixture
def history(keep: Store, repository: Repository) -> list[str]:
    """Three versions of r1 and one of r2, the oldest first."""
    texts = ("one\n", "two\n", "three\n")
    return [str(keep({"r1": text, "r2": "same\n"}).commit) for text in texts]


def test_every_way_to_name_a_point_leads_to_its_text(
    history: list[str], repository: Repository, seal: Seal
) -> None:
    def text(at: str) -> str:
        return full_text(repository, seal, "r1", version_at(repository, "r1", at))

    assert text("latest") == "three\n"
    assert text(history[0]) == text(history[0][:8]) == "one\n"
    assert [version.commit for version in versions(repository, "r1")] == history[::-1]
    # r2 did not change in the last commit; its version is the one before.
    assert version_at(repository, "r2", history[2]).commit == history[0]


def test_a_moment_leads_to_what_was_stored_then(keep: Store, repository: Repository) -> None:
    first = keep({"r1": "one\n"}).commit
    moment = datetime.fromtimestamp(versions(repository, "r1")[0].at, UTC).isoformat()
    time.sleep(1.1)
    keep({"r1": "two\n"})
    assert version_at(repository, "r1", moment).commit == first


@pytest.mark.parametrize(
    ("host", "at", "problem"),
    [
        ("r1", "yesterday", "is no commit, no time"),
        ("r1", "--output=/tmp/x", "is no commit, no time"),
        ("r1", "ffffffff", "no commit in .* begins with ffffffff"),
        ("r1", "1999-01-01T00:00", "there is no backup of r1 at 1999.*there are: "),
        ("r9", "latest", "there is none at all; there is one of r1, r2"),
    ],
)
def test_a_point_that_is_none_is_one_clear_error(
    history: list[str], repository: Repository, host: str, at: str, problem: str
) -> None:
    with pytest.raises(BackupError, match=problem):
        version_at(repository, host, at)


def test_no_backups_at_all_is_said(repository: Repository) -> None:
    with pytest.raises(BackupError, match="holds no backups"):
        version_at(repository, "r1")


def test_a_sealed_text_that_was_changed_is_refused(
    keep: Store, repository: Repository, seal: Seal
) -> None:
    keep({"r1": "one\n"})
    sealed = repository.sealed(["r1"])["r1"]
    with pytest.raises(BackupError, match="cannot be decrypted"):
        seal.decrypt(sealed[:-6] + b"00000\n", "r1")


def test_the_vault_password_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "password"
    open_seal(file, create=True)
    before = file.read_text()
    open_seal(file, create=True)
    assert (file.read_text(), stat.S_IMODE(file.stat().st_mode)) == (before, 0o600)


def test_a_dry_run_makes_no_password(tmp_path: Path) -> None:
    open_seal(tmp_path / "password", create=True, check=True)
    assert list(tmp_path.iterdir()) == []


def test_a_lost_password_is_never_replaced_by_a_fresh_one(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="put it back"):
        open_seal(tmp_path / "password", create=True, used=True)


@pytest.mark.parametrize(
    ("text", "mode", "problem"), [("x", 0o644, "others may read"), ("", 0o600, "no vault password")]
)
def test_a_password_that_is_none_or_open_is_refused(
    tmp_path: Path, text: str, mode: int, problem: str
) -> None:
    file = tmp_path / "password"
    file.write_text(text)
    file.chmod(mode)
    with pytest.raises(BackupError, match=problem):
        open_seal(file)


def test_age_and_error_of_each_device_are_known(keep: Store, repository: Repository) -> None:
    now = time.time()
    keep({"r1": "one\n"}, at=now - 7200)
    keep({"r2": "two\n"}, at=now - 10)
    rows = assess(repository.directory, 3600, ["r1", "r2", "r3"], now)
    assert [(row.host, row.state) for row in rows] == [
        ("r3", "never"), ("r1", "stale"), ("r2", "fresh"),
    ]  # fmt: skip
    assert rows[1].describe() == "r1: stale, last good 2 h ago"


def test_a_failure_keeps_the_last_good_moment_and_shows_no_secret(
    keep: Store, repository: Repository, seal: Seal
) -> None:
    keep({"r1": "one\n"}, at=1000.0)
    bad = {"r1": DeviceResult("failed", "r1: it said: password CANARY")}
    store(repository, seal, bad, Terms())
    (row,) = assess(repository.directory, 60, now=1010.0)
    assert (row.state, row.age_s) == ("fresh", 10.0)
    assert "it said" in row.attempts.error
    assert "CANARY" not in (repository.directory / FILE).read_text()


def test_a_spoiled_file_of_notes_is_named_and_stands_in_no_backups_way(
    keep: Store, repository: Repository
) -> None:
    keep({"r1": "one\n"})
    (repository.directory / FILE).write_text("{")
    with pytest.raises(InvalidData, match="remove it"):
        assess(repository.directory, 60)
    keep({"r1": "two\n"})
    assert [row.state for row in assess(repository.directory, 60)] == ["fresh"]


@pytest.mark.parametrize(("seconds", "text"), [(3, "3 s"), (120, "2 min"), (90000, "1 d")])
def test_durations_are_short(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_the_environment_of_git_is_not_the_users(
    git: Git, keep: Store, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", os.fspath(repository.directory / "elsewhere"))
    keep({"r1": "one\n"})
    monkeypatch.delenv("GIT_OBJECT_DIRECTORY")
    assert git(repository.directory, "show", "main:r1.cfg") == "one\n"
