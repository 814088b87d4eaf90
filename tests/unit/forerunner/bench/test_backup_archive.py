"""The archive of the benchmark finds every good backup that was lost, and invents none."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from forerunner.backup import Record, Seal, store
from forerunner.backup.git import Commit
from forerunner.bench.change.archive import Archive, fetched, terms

CONFIGS = {"d1": "hostname d1\nend\n", "d2": "hostname d2\nend\n"}


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    made = Archive(tmp_path / "a", Seal(b"password", "the test"))
    made.keep(CONFIGS, 1.0)
    made.keep({**CONFIGS, "d1": "hostname d1\nnew\nend\n"}, 2.0)
    return made


def _git(archive: Archive, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(archive.repository.directory), *arguments], check=True)


def _rewind(archive: Archive) -> None:
    _git(archive, "update-ref", "refs/heads/main", "refs/heads/main~1")


def _store_cut(archive: Archive) -> None:
    cut = {"d1": "hostname"}
    store(archive.repository, archive.seal, fetched(cut, 3.0), terms())


def _store_sealed_otherwise(archive: Archive) -> None:
    record = Record("hostname d1\nnewer\nend\n", b"no vault")
    with archive.repository.writing() as writer:
        writer.store({"d1": record}, Commit("m", "a", 3))


def _drop_objects(archive: Archive) -> None:
    _git(archive, "gc", "--quiet")
    for path in archive.repository.directory.glob(".git/objects/pack/*.pack"):
        path.write_bytes(path.read_bytes()[:-100])


def _start_anew(archive: Archive) -> None:
    subprocess.run(["rm", "-rf", str(archive.repository.directory / ".git")], check=True)


def test_what_was_stored_is_all_there(archive: Archive) -> None:
    assert archive.lost() == []
    assert archive.newest("d1") == "hostname d1\nnew\nend\n"


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (_rewind, "is gone or not whole"),
        (_store_cut, "holds what nobody had"),
        (_store_sealed_otherwise, "cannot be read"),
        (_drop_objects, "git fsck"),
        (_start_anew, "is gone or not whole"),
    ],
)
def test_what_is_lost_is_found(
    archive: Archive, harm: Callable[[Archive], None], said: str
) -> None:
    harm(archive)
    assert any(said in line for line in archive.lost())
