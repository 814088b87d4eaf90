from pathlib import Path

import pytest

from forerunner import home
from forerunner.lab.errors import LabError, NotOurs
from forerunner.lab.journal import Entry, Journal


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal.create(tmp_path / "fr7")


def test_a_thing_counts_once_with_what_was_written_last(journal: Journal) -> None:
    journal.add(Entry("namespace", "fr7-r1"), Entry("namespace", "fr7-r2"))
    journal.add(Entry("namespace", "fr7-r1", 4711))

    expected = [Entry("namespace", "fr7-r1", 4711), Entry("namespace", "fr7-r2")]
    assert journal.entries("namespace") == expected


def test_a_line_that_a_crash_cut_is_skipped(journal: Journal) -> None:
    journal.add(Entry("namespace", "fr7-r1"))
    with (journal.directory / "journal").open("a") as file:
        file.write('{"act": "namesp')

    assert journal.entries("namespace") == [Entry("namespace", "fr7-r1")]


def test_the_checkout_that_began_a_lab_owns_it(journal: Journal) -> None:
    journal.check_owner()

    assert journal.entries("owner") == [Entry("owner", str(home.root()))]


@pytest.fixture
def another_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Journal:
    other = tmp_path / "other"
    other.mkdir()
    monkeypatch.setenv("FORERUNNER_HOME", str(other))
    journal = Journal.create(tmp_path / "fr7")
    monkeypatch.delenv("FORERUNNER_HOME")
    journal.add(Entry("namespace", "fr7-r1", 4711))
    return journal


def test_another_checkout_s_lab_is_refused_while_that_is_there_and_it_runs(
    another_s: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forerunner.lab.journal.namespace_identity", lambda name: 4711)
    monkeypatch.setattr("forerunner.lab.journal.pids", lambda name: [17])

    with pytest.raises(NotOurs, match=f"belongs to the checkout {another_s.owner}; remove it"):
        another_s.check_owner()

    Path(another_s.owner).rmdir()
    another_s.check_owner()


def test_another_checkout_s_lab_in_which_nothing_runs_is_anybody_s(
    another_s: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forerunner.lab.journal.namespace_identity", lambda name: 4711)
    monkeypatch.setattr("forerunner.lab.journal.pids", lambda name: [])

    another_s.check_owner()


def test_two_at_work_on_one_lab_are_kept_apart(journal: Journal) -> None:
    with (
        journal.lock(),
        pytest.raises(LabError, match="being built or removed"),
        Journal(journal.directory).lock(),
    ):
        pass


def test_a_lock_leaves_nothing_behind(journal: Journal) -> None:
    with journal.lock():
        pass

    assert [path.name for path in journal.directory.parent.iterdir()] == ["fr7"]
