"""Lots and results: what is valid goes there and back, and nothing else reaches a file."""

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forerunner.telco.northbound.lots.cells import cell_problem
from forerunner.telco.northbound.lots.layout import Layout
from forerunner.telco.northbound.lots.reading import BadResult, by_row, in_order, is_whole
from forerunner.telco.northbound.lots.writing import UnfitCell, lot_of, row_problem

FIELDS = {"imsi": "IMSI", "msisdn": "MSISDN", "tariff": "PLAN"}
LAYOUT = Layout(FIELDS)
SEPARATORS = (",", ";", "|", "\t")
ROW = {"imsi": "001010000000001", "msisdn": "491500000001", "tariff": "PREPAID S"}
VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=128)
LAYOUTS = st.builds(
    Layout, st.just(FIELDS), separator=st.sampled_from(SEPARATORS), header=st.booleans()
)
HARM = (
    "1\n2", "1\r2", "\0", "1\0", "\ufeff1", "\u0661\u0662", "1\u2028", "7" * 10_000_000,
    "=1+1", "+49", "-1", "@SUM(A1)", "a;b", 'a"b', "a'b", " a", "a ", "\t", "\x1b[0m", "caf\u00e9",
)  # fmt: skip


def answer(lot: bytes, layout: Layout) -> io.BytesIO:
    """A result that says the same as a lot, with the code instead of the action."""
    text = lot.decode().replace(layout.columns["action"], layout.columns["code"], 1)
    return io.BytesIO(text.encode())


@given(LAYOUTS, st.lists(st.fixed_dictionaries(dict.fromkeys(FIELDS, VALUES)), max_size=5))
def test_valid_values_go_there_and_back(layout: Layout, rows: list[dict[str, str]]) -> None:
    fit = [row for row in rows if not row_problem(layout, row)]
    lot = lot_of(layout, "add", fit)
    file = answer(lot.content, layout)

    assert is_whole(file, layout)
    found = by_row(file, layout, len(fit))
    assert [dict(zip(FIELDS, found[n].fields.values(), strict=True)) for n in found] == fit


@given(LAYOUTS, st.text(max_size=40), st.sampled_from(sorted(FIELDS)))
def test_any_text_is_refused_or_stays_one_cell_of_one_line(
    layout: Layout, value: str, name: str
) -> None:
    try:
        content = lot_of(layout, "put", [{**ROW, name: value}, ROW]).content
    except UnfitCell:
        return
    rows = list(csv.reader(io.StringIO(content.decode("ascii")), delimiter=layout.separator))

    assert len(rows) == 3 + layout.header
    assert rows[-3][2 + [*FIELDS].index(name)] == value
    assert content.count(b"\n") == len(rows)


@pytest.mark.parametrize("value", HARM, ids=range(len(HARM)))
def test_what_would_do_harm_reaches_no_file(value: str) -> None:
    with pytest.raises(UnfitCell) as caught:
        lot_of(LAYOUT, "add", [{**ROW, "tariff": value}])

    assert str(caught.value).startswith("row 1: its tariff ")
    assert len(value) < 4 or value not in str(caught.value)
    assert len(str(caught.value)) < 100


@pytest.mark.parametrize("value", [7, None, b"7", ["7"]])
def test_what_is_no_text_is_refused(value: object) -> None:
    assert cell_problem(value, ";") == "is no text"


@pytest.mark.parametrize("separator", SEPARATORS)
def test_a_separator_in_a_value_is_refused(separator: str) -> None:
    assert cell_problem(f"a{separator}b", separator)


def test_the_same_lot_has_the_same_name_and_another_one_another() -> None:
    lot = lot_of(LAYOUT, "add", [ROW])

    assert lot == lot_of(LAYOUT, "add", [dict(ROW)])
    others = [lot_of(LAYOUT, "put", [ROW]), lot_of(LAYOUT, "add", [{**ROW, "tariff": "B"}])]
    assert lot.name not in [each.name for each in others]
    assert lot_of(LAYOUT, "read", [ROW], "a").name != lot_of(LAYOUT, "read", [ROW], "b").name


def test_a_lot_looks_as_its_layout_says() -> None:
    layout = Layout(
        FIELDS, {"row": "NO", "action": "OP", "code": "RC"}, {"add": "NEW"}, separator=","
    )

    assert lot_of(layout, "add", [ROW]).content.decode().splitlines() == [
        "NO,OP,IMSI,MSISDN,PLAN", "1,NEW,001010000000001,491500000001,PREPAID S", "END,1",
    ]  # fmt: skip


def test_no_record_is_in_what_a_lot_looks_like() -> None:
    assert ROW["imsi"] not in repr(lot_of(LAYOUT, "add", [ROW]))


RESULT = b"ROW;CODE;IMSI;MSISDN;PLAN\n1;OK;;;\n2;DUPLICATE;;;\n12;OK;;;\nEND;3\n"


def test_a_result_cut_anywhere_is_not_whole() -> None:
    assert is_whole(io.BytesIO(RESULT), LAYOUT)
    assert not any(is_whole(io.BytesIO(RESULT[:n]), LAYOUT) for n in range(len(RESULT)))
    assert not is_whole(io.BytesIO(RESULT + b"13"), LAYOUT)


def test_a_result_with_many_rows_is_not_whole_without_its_last_line() -> None:
    many = RESULT.replace(b"12;OK;;;\n", b"".join(b"%d;OK;;;\n" % n for n in range(3, 4000)))

    assert is_whole(io.BytesIO(many), LAYOUT)
    assert not is_whole(io.BytesIO(many[:-1]), LAYOUT)


def test_rows_are_told_by_their_number_whatever_their_order() -> None:
    mixed = RESULT.replace(b"1;OK;;;\n2;DUPLICATE;;;\n", b"2;DUPLICATE;;;\n1;OK;;;\n")
    found = by_row(io.BytesIO(mixed), LAYOUT, 12)

    assert {number: each.code for number, each in found.items()} == {
        1: "OK", 2: "DUPLICATE", 12: "OK",
    }  # fmt: skip


BAD = {
    "a row less than it says": RESULT.replace(b"2;DUPLICATE;;;\n", b""),
    "a row more than it says": RESULT.replace(b"END;3", b"END;2"),
    "no last line": RESULT.replace(b"END;3\n", b""),
    "something below it": RESULT + b"13;OK;;;\n",
    "a row twice": RESULT.replace(b"\n2;", b"\n1;"),
    "a row that was not given": RESULT.replace(b"\n12;", b"\n13;"),
    "a unicode digit": RESULT.replace(b"\n2;", "\n\u0662;".encode()),
    "a byte order mark": b"\xef\xbb\xbf" + RESULT,
    "a NUL": RESULT.replace(b";OK;;", b";OK;\0;", 1),
    "a line break in quotes": RESULT.replace(b";OK;;", b';OK;"1\n2";', 1),
    "an open quote": RESULT.replace(b";OK;;", b';OK;";', 1),
    "no UTF-8": RESULT.replace(b";OK;;", b";OK;\xff;", 1),
    "10 MB in a cell": RESULT.replace(b";OK;;", b";OK;" + b"7" * 10_000_000 + b";", 1),
    "a code that is a text": RESULT.replace(b"DUPLICATE", b"your key is 12"),
    "a cell too many": RESULT.replace(b"2;DUPLICATE;;;", b"2;DUPLICATE;;;;"),
    "other columns": RESULT.replace(b"IMSI;MSISDN", b"MSISDN;IMSI"),
}


@pytest.mark.parametrize("why", BAD)
def test_a_result_that_is_none_is_not_believed(why: str) -> None:
    with pytest.raises(BadResult) as caught:
        by_row(io.BytesIO(BAD[why]), LAYOUT, 12)

    assert len(str(caught.value)) < 100


@given(st.binary(max_size=200))
def test_any_bytes_are_a_result_or_are_refused(data: bytes) -> None:
    for content in (data, RESULT[:26] + data, RESULT[:26] + data + b"\nEND;1\n"):
        try:
            found = by_row(io.BytesIO(content), LAYOUT, 3)
        except BadResult:
            continue
        assert is_whole(io.BytesIO(content), LAYOUT)
        assert all(cell.isprintable() for each in found.values() for cell in each.fields.values())


def test_an_export_that_leaves_out_a_row_is_not_believed() -> None:
    with pytest.raises(BadResult, match="row 3 of an export"):
        list(in_order(io.BytesIO(RESULT), LAYOUT))


def test_without_a_header_the_first_line_is_a_row() -> None:
    layout = replace(LAYOUT, header=False)

    assert list(by_row(io.BytesIO(RESULT[26:]), layout, 12)) == [1, 2, 12]
