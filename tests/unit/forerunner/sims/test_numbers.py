"""Numbers are checked by their standards, and a range of them is written as one by one."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from stdnum import luhn

from forerunner.sims.numbers import (
    Span,
    between_problem,
    counted,
    problem_of,
    span_between,
    text_of,
    with_luhn,
    written,
)

IMSI, ICCID, MSISDN = "001010000000000", with_luhn("894900000000000000"), "4915100000000"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("imsi", IMSI),
        ("imsi", "26201123456789"),
        ("imsi", "999700000000001"),
        ("iccid", ICCID),
        ("iccid", with_luhn("8949000000000000000")),
        ("msisdn", MSISDN),
        ("msisdn", "46700000000"),
    ],
)
def test_a_number_has_no_problem(kind, text: str) -> None:
    assert problem_of(kind, text) == ""


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        ("imsi", "0010100000000", "14 or 15 digits"),
        ("imsi", "0010100000000000", "14 or 15 digits"),
        ("imsi", "00101000000000\n", "14 or 15 digits"),
        ("imsi", "00101000000000\u0663", "none of 0 to 9"),
        ("imsi", "000010000000000", "MCC 000"),
        ("iccid", ICCID[:-1] + str((int(ICCID[-1]) + 1) % 10), "Luhn"),
        ("iccid", with_luhn("884900000000000000"), "from 89 on"),
        ("iccid", f"{ICCID}\n", "from 89 on"),
        ("msisdn", "+4915100000000", "without +"),
        ("msisdn", "04915100000000", "without +"),
        ("msisdn", "4915100000000000", "without +"),
        ("msisdn", "44201234", "country code 44"),
        ("msisdn", "99915100000", "no country's code"),
    ],
)
def test_a_number_that_is_none_is_told_by_its_standard(kind, text: str, said: str) -> None:
    assert said in problem_of(kind, text)


@given(st.text(max_size=25))
@example("\uff11" * 15)
def test_only_digits_of_ascii_make_a_number(text: str) -> None:
    for kind in ("imsi", "iccid", "msisdn"):
        if problem_of(kind, text) == "":
            assert text.isascii()
            assert text.isdigit()


@given(st.integers(10**17, 10**18 - 1))
def test_the_check_digit_is_luhns(body: int) -> None:
    assert luhn.is_valid(with_luhn(str(body)))


@given(st.integers(890_000_000_000_000_000, 899_999_999_999_990_000), st.integers(0, 2500))
def test_a_range_of_iccids_is_a_range_of_bodies(first: int, more: int) -> None:
    texts = list(written("iccid", "8" * 19, [(first, first + more)]))

    assert texts == [with_luhn(str(first + n)) for n in range(more + 1)]


@given(st.integers(0, 10**12), st.integers(0, 2500))
def test_a_range_keeps_leading_zeros(first: int, more: int) -> None:
    texts = list(written("imsi", IMSI, [(first, first + more)]))

    assert texts == [f"{first + n:015d}" for n in range(more + 1)]


def test_several_ranges_follow_one_another() -> None:
    texts = list(written("msisdn", MSISDN, [(4915100000998, 4915100001001), (4915100000000,) * 2]))

    assert [text[-4:] for text in texts] == ["0998", "0999", "1000", "1001", "0000"]


@pytest.mark.parametrize(
    ("kind", "text"), [("imsi", IMSI), ("imsi", IMSI[:-1]), ("iccid", ICCID), ("msisdn", MSISDN)]
)
def test_a_counted_number_is_written_as_it_was(kind, text: str) -> None:
    assert text_of(kind, counted(kind, text)) == text


def test_a_range_counts_its_bodies() -> None:
    last = with_luhn("894900000000000999")
    span = span_between("iccid", ICCID, last)

    assert (span.count, span.last, span.problem) == (1000, last, "")


@pytest.mark.parametrize(
    ("kind", "first", "last", "said"),
    [
        ("imsi", "001010000000009", "001010000000000", "comes before"),
        ("imsi", "00101000000000", "001010000000000", "not as many digits"),
        ("imsi", "001010000000000", "001020000000000", "begins with 00101 and ends with 00102"),
        ("msisdn", "4999999999999", "5000000000000", "last:"),
        ("msisdn", "4681234567", "4791234567", "begins with 46 and ends with 47"),
        ("iccid", ICCID, with_luhn("894900000000000999")[:-1] + "x", "last:"),
    ],
)
def test_ends_that_are_none_of_a_range_are_told(kind, first: str, last: str, said: str) -> None:
    assert said in between_problem(kind, first, last)


@pytest.mark.parametrize(
    ("first", "count", "said"),
    [
        ("999999999999999", 2, "more digits"),
        ("001019999999999", 2, "begins with 00101"),
        ("x", 2, "first:"),
    ],
)
def test_a_count_that_leaves_its_network_is_told(first: str, count: int, said: str) -> None:
    assert said in Span("imsi", first, count).problem
