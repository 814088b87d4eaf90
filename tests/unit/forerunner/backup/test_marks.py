"""Full texts that are known again are not redacted again, and nothing but time depends on it."""

import time
from collections.abc import Callable

import pytest

from forerunner.backup import Backup, Repository, Seal, sealing
from forerunner.backup import repository as room

Store = Callable[..., Backup]
Git = Callable[..., str]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The devices whose texts were redacted."""
    names: list[str] = []
    real = Seal.readable

    def readable(self: Seal, host: str, config: str) -> str:
        names.append(host)
        return real(self, host, config)

    monkeypatch.setattr(Seal, "readable", readable)
    return names


def test_only_what_differs_is_redacted(keep: Store, read: list[str]) -> None:
    keep({"r1": "one\n", "r2": "two\n"})
    read.clear()
    keep({"r1": "one\n", "r2": "new\n"})
    assert read == ["r2"]


def test_a_dry_run_knows_texts_again_and_notes_none(
    keep: Store, repository: Repository, read: list[str]
) -> None:
    keep({"r1": "one\n"})
    noted = repository.marks()
    read.clear()
    assert keep({"r1": "new\n"}, check=True).changed
    assert not keep({"r1": "one\n"}, check=True).changed
    assert (read, repository.marks()) == (["r1"], noted)


@pytest.mark.parametrize("spoiled", [b"", b"[]", b'{"r1": 1}', b"\xff"])
def test_notes_that_somebody_spoiled_cost_time_alone(
    keep: Store, repository: Repository, read: list[str], spoiled: bytes
) -> None:
    keep({"r1": "one\n"})
    (repository.directory / room._MARKS).write_bytes(spoiled)
    read.clear()
    assert not keep({"r1": "one\n"}).changed
    assert read == ["r1"]


def test_a_branch_that_was_moved_back_is_seen(
    keep: Store, repository: Repository, git: Git
) -> None:
    keep({"r1": "one\n"})
    keep({"r1": "new\n"})
    git(repository.directory, "update-ref", "refs/heads/main", "main~1")
    assert keep({"r1": "new\n"}).changed
    assert repository.stored(["r1"]) == {"r1": "new\n"}


def test_a_text_that_was_not_stored_is_not_known(keep: Store, repository: Repository) -> None:
    keep({"r1": "newer\n"})
    keep({"r1": "older\n"}, at=time.time() - 60)
    assert keep({"r1": "older\n"}).changed
    assert repository.stored(["r1"]) == {"r1": "older\n"}


def test_other_rules_of_redaction_read_every_text_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = Seal(b"password", "test").mark("r1", "one\n", "0a")
    monkeypatch.setattr(sealing, "_rules", lambda: b"other")
    assert Seal(b"password", "test").mark("r1", "one\n", "0a") != before
