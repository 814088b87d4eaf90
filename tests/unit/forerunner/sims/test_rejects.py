"""What does not fit is gathered, and written where a spreadsheet does no harm with it."""

import csv
from pathlib import Path

import pytest

from forerunner.errors import InvalidData
from forerunner.sims.rejects import Faults, Reject, Rejected, write_rejects


def test_what_is_raised_is_noted_and_the_next_is_looked_at() -> None:
    faults = Faults("request.yml")
    with faults.gathering():
        raise InvalidData("request.yml", "profile", "is none")
    with faults.gathering():
        raise InvalidData("lot.out", "row", "is none")
    with faults.gathering():
        raise Rejected("lot.csv", [Reject(2, "imsi", "is none")], 3)

    with pytest.raises(Rejected, match="6 problems") as raised:
        faults.end()
    assert [str(each) for each in raised.value.rejects] == [
        "profile: is none",
        "lot.out: row: is none",
        "lot.csv: row 2, imsi: is none",
    ]


def test_another_error_is_not_taken_for_a_fault() -> None:
    with pytest.raises(KeyError), Faults("request.yml").gathering():
        raise KeyError("x")


def test_the_same_of_no_row_is_noted_once() -> None:
    faults = Faults("request.yml")
    for row in (0, 0, 1, 1):
        faults.add(Reject(row, "quantity", "is none"))

    assert len(faults.found) == 3


def test_nothing_noted_raises_nothing() -> None:
    Faults("request.yml").end()


def test_a_cell_is_no_formula(tmp_path: Path) -> None:
    error = Rejected("request.yml", [Reject(3, '=HYPERLINK("x")', "+1"), Reject(0, "a", "b,\n")])

    write_rejects(tmp_path / "rejects.csv", error)

    with (tmp_path / "rejects.csv").open(newline="") as file:
        assert list(csv.reader(file)) == [
            ["file", "row", "field", "reason"],
            ["request.yml", "3", '\'=HYPERLINK("x")', "'+1"],
            ["request.yml", "", "a", "b,\n"],
        ]
