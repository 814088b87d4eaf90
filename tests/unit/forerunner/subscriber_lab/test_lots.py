"""The lab's lots: worked off twice they have the same result, and a cut one does nothing."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from forerunner.subscriber_lab import srp
from forerunner.subscriber_lab.northbound.lot_files import LotFiles
from forerunner.subscriber_lab.northbound.lot_processor import LotProcessor
from forerunner.subscriber_lab.northbound.store import Store

TOLD: Mapping[str, Any] = {**srp.LOTS, "fields": srp.FIELDS, "imsi": "IMSI", "msisdn": "MSISDN"}
ADD = "1|ADD|11|21|gold|1GB|on\n2|ADD|12|22|gold|1GB|on\nEND|2\n"
DONE = "1|OK|||||\n2|OK|||||\nEND|2\n"


class Office:
    """A stand-in without a server."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.files = LotFiles(directory, TOLD)
        self.store = Store(directory / "records", "IMSI", "MSISDN")
        self.processor = LotProcessor(self.files, self.store, TOLD)

    def give(self, text: str, name: str = "a") -> str:
        (self.directory / "inbox" / f"{name}.csv").write_text(text)
        self.work_off()
        return (self.directory / "outbox" / f"{name}.result.csv").read_text()

    def work_off(self) -> None:
        for lot in self.files.waiting():
            self.processor.work_off(lot)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def test_a_lot_worked_off_twice_has_the_same_result(office: Office) -> None:
    assert [office.give(ADD), office.give(ADD)] == [DONE, DONE]


@pytest.mark.parametrize("until", ["answered", "archived"])
def test_a_lot_that_a_death_cut_short_has_the_same_result(
    office: Office, monkeypatch: pytest.MonkeyPatch, until: str
) -> None:
    def die(*_: object) -> None:
        raise SystemExit

    inbox = office.directory / "inbox/a.csv"
    inbox.write_text(ADD)
    with monkeypatch.context() as death:
        death.setattr(*((LotFiles, "answer") if until == "answered" else (Path, "replace")), die)
        with pytest.raises(SystemExit):
            office.work_off()

    assert inbox.exists()
    assert office.store.find("IMSI", ["11"]) != [None]
    assert office.give(ADD) == DONE


def test_a_lot_is_archived_before_its_result_appears(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved: list[str] = []
    replace = Path.replace

    def noted(self: Path, target: Path) -> Path:
        moved.append(target.parent.name)
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", noted)
    office.give(ADD)

    assert moved == ["archive", "outbox"]


def test_a_record_that_is_another_one_is_a_duplicate(office: Office) -> None:
    office.give(ADD)

    assert office.give("1|ADD|11|21|silver|1GB|on\nEND|1\n") == "1|DUPLICATE|||||\nEND|1\n"
    assert office.give("1|ADD|13|22|gold|1GB|on\nEND|1\n") == "1|DUPLICATE|||||\nEND|1\n"


@pytest.mark.parametrize("length", range(0, len(ADD), 7))
def test_of_a_cut_lot_nothing_is_done(office: Office, length: int) -> None:
    assert office.give(ADD[:length]) == "END|0\n"
    assert office.store.page("", 9) == []


def test_lots_half_written_are_none(office: Office) -> None:
    (office.directory / "inbox/a.part").write_text(ADD)

    assert office.files.waiting() == []


def test_records_are_read_by_either_number_and_exported(office: Office) -> None:
    office.give(ADD)
    asked = "1|READ||22|||\n2|READ|11||||\n3|READ|19||||\nEND|3\n"

    assert office.give(asked) == (
        "1|OK|12|22|gold|1GB|on\n2|OK|11|21|gold|1GB|on\n3|NOT_FOUND|||||\nEND|3\n"
    )
    assert office.give("1|EXPORT|||||\nEND|1\n") == (
        "1|OK|11|21|gold|1GB|on\n2|OK|12|22|gold|1GB|on\nEND|2\n"
    )


def test_a_row_that_is_none_is_refused_alone(office: Office) -> None:
    assert office.give("1|ADD|11|21\n2|STEAL|12|22|a|b|on\n3|REMOVE|9||||\nEND|3\n") == (
        "1|INVALID|||||\n2|INVALID|||||\n3|OK|||||\nEND|3\n"
    )
