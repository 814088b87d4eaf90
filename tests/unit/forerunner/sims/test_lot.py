"""CSV lots: what does not fit is told by row and field, whatever is in the file."""

import csv
import io
import resource
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forerunner.errors import InvalidData
from forerunner.sims.lot import SIM_FIELDS, Lot, read_lot
from forerunner.sims.numbers import with_luhn
from forerunner.sims.rejects import Faults, Rejected, write_rejects

HEADER = "imsi,iccid,msisdn"


def row(number: int) -> str:
    iccid = with_luhn(f"8949000000000{number:05}")
    return f"00101{number:010},{iccid},49151{number:08}"


def text_of(*rows: str, header: str = HEADER) -> str:
    return "\n".join((header, *rows)) + "\n"


def read(directory: Path, content: str | bytes) -> tuple[Lot, list[str]]:
    path = directory / "lot.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    faults = Faults(str(path))
    lot = read_lot(path, "sims_file", faults)
    return lot, [str(each) for each in faults.found]


def refused(directory: Path, content: str | bytes) -> list[str]:
    try:
        return read(directory, content)[1]
    except Rejected as error:
        return [str(each) for each in error.rejects]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_a_lot_is_read(tmp_path: Path, delimiter: str, end: str) -> None:
    content = text_of(row(1), row(2), "").replace(",", delimiter).replace("\n", end)

    lot, found = read(tmp_path, content)

    assert found == []
    assert list(lot.sims.columns["imsi"]) == ["001010000000001", "001010000000002"]
    assert list(lot.sims.rows) == [2, 3]


def test_quotes_and_spaces_around_a_value_are_no_part_of_it(tmp_path: Path) -> None:
    lot, found = read(tmp_path, 'IMSI ,"msisdn"\n" 001010000000001 ", 4915100000001\n')

    assert found == []
    assert {x: list(y) for x, y in lot.sims.columns.items()} == {
        "imsi": ["001010000000001"],
        "msisdn": ["4915100000001"],
    }


def test_what_all_rows_say_is_the_requests(tmp_path: Path) -> None:
    header = "request_id,operation,quantity,dry_run,imsi"
    rows = ["lot-7,create,2,true,001010000000001", "lot-7,create,,true,001010000000002"]

    lot, found = read(tmp_path, text_of(*rows, header=header))

    assert found == []
    assert lot.common == {
        "request_id": "lot-7", "operation": "create", "quantity": 2, "dry_run": True,
    }  # fmt: skip


def test_what_rows_say_differently_is_told(tmp_path: Path) -> None:
    rows = ["create,001010000000001", "suspend,001010000000002"]

    assert refused(tmp_path, text_of(*rows, header="operation,imsi")) == [
        "row 3, operation: is another one than in the rows above; give it once"
    ]


MSISDN = "4915100000002"
IMSI = "001010000000002"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (MSISDN, f'"{MSISDN}\n"', "row 3, msisdn: a quoted value is not closed on its line"),
        (IMSI, '"00101\n0000000002"', "row 3, imsi: a quoted value is not closed on its line"),
        (MSISDN, f"{MSISDN}\0", "row 3, msisdn: its line holds a NUL byte"),
        (IMSI, "\uff10\uff101010000000002", "row 3, imsi: an IMSI is 14 or 15 digits"),
        (MSISDN, "\u0664\u0669\u0661\u0665100000002", "row 3, msisdn: an MSISDN is 7 to 15"),
        (IMSI, f"\ufeff{IMSI}", "row 3, imsi: an IMSI is 14 or 15 digits"),
        (MSISDN, f"{MSISDN},x", "row 3, column 4: there are 4 values, and the header has 3"),
        (f",{MSISDN}", "", "row 3, iccid: there are 2 values, and the header has 3"),
        (MSISDN, "", "row 3, msisdn: is missing, and other SIMs have it"),
        (MSISDN, "4915100000001", "row 3, msisdn: stands in row 2 already"),
        (IMSI, "001010000000001", "row 3, imsi: stands in row 2 already"),
        (IMSI, '"1"2"3"', "row 3, imsi: its quotes or line breaks"),
        (MSISDN, f"{MSISDN}\r0", "row 3, msisdn: an MSISDN is 7 to 15"),
        (MSISDN, f"=cmd|{MSISDN}", "row 3, msisdn: an MSISDN is 7 to 15"),
        (MSISDN, "{{7*7}}", "row 3, msisdn: an MSISDN is 7 to 15"),
    ],
)
def test_a_row_that_does_not_fit_is_told_by_row_and_field(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    found = refused(tmp_path, text_of(row(1), row(2).replace(old, new), row(3)))

    assert found[0].startswith(said)


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (f"\ufeff{HEADER}", "row 1, header: the file begins with a byte order mark"),
        ("imsi,iccid,imsi", "row 1, imsi: column 3 is that again"),
        ("imsi|iccid|msisdn", "row 1, header: column 1 is 'imsi|iccid|msisdn', which is none"),
        ("imsi,ki,msisdn", "row 1, header: column 2 is 'ki', which is none"),
        ("imsi,\u0131ccid,msisdn", "row 1, header: column 2 is '\\u0131ccid', which is none"),
        ("operation,profile", "row 1, header: names no number of a SIM"),
        ("imsi,iccid\0,msisdn", "row 1, header: its line holds a NUL"),
        ("imsi," * 1000, "row 1, header: its line is longer than 4096 bytes"),
        ('imsi,"iccid\n",msisdn', "row 1, column 2: a quoted value is not closed"),
    ],
)
def test_a_header_that_does_not_fit_is_told(tmp_path: Path, header: str, said: str) -> None:
    assert refused(tmp_path, text_of(row(1), header=header))[0].startswith(said)


def test_a_wrong_delimiter_is_named(tmp_path: Path) -> None:
    found = refused(tmp_path, text_of(row(1)).replace(",", "\t"))

    assert "columns are separated by commas or semicolons" in found[1]


@pytest.mark.parametrize("content", ["", "\n\n", HEADER, f"{HEADER}\n\n"])
def test_a_lot_without_a_sim_is_told(tmp_path: Path, content: str) -> None:
    assert "row 1, header:" in refused(tmp_path, content)[0]


def test_a_field_of_ten_megabytes_is_told_and_not_held(tmp_path: Path) -> None:
    content = text_of(row(1), row(2).replace(MSISDN, "4" * 10_000_000), row(3))
    path = tmp_path / "lot.csv"
    path.write_text(content)
    faults = Faults(str(path))

    tracemalloc.start()
    lot = read_lot(path, "sims_file", faults)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert [str(each) for each in faults.found] == [
        "row 3, msisdn: its line is longer than 4096 bytes"
    ]
    assert list(lot.sims.rows) == [2, 4]
    assert peak < 1_000_000


def test_all_rows_that_do_not_fit_are_told_and_little_is_held(tmp_path: Path) -> None:
    path = tmp_path / "lot.csv"
    path.write_text(text_of(*["x,y,z"] * 20_000))
    faults = Faults(str(path))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    read_lot(path, "sims_file", faults)
    with pytest.raises(Rejected, match=r"60000 problems.*and 59990 more") as raised:
        faults.end()

    assert (len(faults.found), faults.more) == (10_000, 50_000)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000
    write_rejects(tmp_path / "out" / "rejects.csv", raised.value)
    rows = list(csv.reader((tmp_path / "out" / "rejects.csv").open()))
    assert rows[0] == ["file", "row", "field", "reason"]
    assert rows[1][1:3] == ["2", "imsi"]
    assert rows[-1] == ["", "", "", "and 50000 more"]
    assert (tmp_path / "out" / "rejects.csv").stat().st_mode & 0o777 == 0o600


def test_no_value_is_repeated(tmp_path: Path) -> None:
    key = "0123456789abcdef" * 2
    found = refused(tmp_path, text_of(row(1), f"{key},{key},{key}"))

    assert len(found) == 3
    assert key not in " ".join(found)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidData, match="sims_file: cannot be read"):
        read_lot(tmp_path / "none.csv", "sims_file", Faults("request.yml"))
    with pytest.raises(InvalidData, match="sims_file: cannot be read"):
        read_lot(tmp_path, "sims_file", Faults("request.yml"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=300), st.booleans())
def test_whatever_is_in_a_lot_is_a_number_or_is_told(
    tmp_path: Path, raw: bytes, below: bool
) -> None:
    content = f"{HEADER}\n{row(1)}\n".encode() + raw if below else raw

    sound(tmp_path, content)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.lists(st.text(max_size=20), min_size=3, max_size=3), max_size=5))
def test_whatever_a_spreadsheet_writes_is_a_number_or_is_told(
    tmp_path: Path, rows: list[list[str]]
) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([HEADER.split(","), *rows])

    sound(tmp_path, text.getvalue().encode("utf-8", "replace"))


def sound(directory: Path, content: bytes) -> None:
    """See that what is taken is made of ASCII digits, or else that something is told."""
    path = directory / "lot.csv"
    path.write_bytes(content)
    faults = Faults(str(path))
    lot = None
    with faults.gathering():
        lot = read_lot(path, "sims_file", faults)
    assert all(each.row and each.field for each in faults.found)
    assert lot or faults
    for field, column in lot.sims.columns.items() if lot else ():
        assert field in SIM_FIELDS
        assert all(x.isascii() and x.isdigit() for x in column)
        assert faults or len(column) == len(lot.sims)
