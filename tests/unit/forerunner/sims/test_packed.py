"""Many numbers take little room, and come back as they were."""

import sys

from hypothesis import given
from hypothesis import strategies as st

from forerunner.sims.numbers import with_luhn, written
from forerunner.sims.packed import Packed, repeated


def packed(*texts: str, kind="msisdn") -> Packed:
    found = Packed(kind)
    for text in texts:
        found.add(text)
    return found


def test_numbers_come_back_as_they_were() -> None:
    texts = [with_luhn("894900000000000000"), with_luhn("8949000000000000017")]
    found = packed(*texts, kind="iccid")

    assert list(found) == texts
    assert found[1] == texts[1]
    assert found[:1] == texts[:1]


def test_a_hundred_thousand_take_less_than_a_megabyte() -> None:
    found = packed(*written("imsi", "001010000000000", [(1010000000000, 1010000099999)]))

    assert sys.getsizeof(found.counted) < 1_000_000


def test_nothing_of_it_stands_in_its_repr() -> None:
    assert "4915" not in repr(packed("4915100000000"))


@given(st.lists(st.integers(1000, 1012)), st.lists(st.integers(1000, 1012)))
def test_each_number_that_comes_again_is_found(some: list[int], others: list[int]) -> None:
    both = [(0, place, x) for place, x in enumerate(some)]
    both += [(1, place, x) for place, x in enumerate(others)]
    seen: dict[int, tuple[int, int]] = {}
    expected = []
    for column, place, number in both:
        if number in seen:
            expected.append((column, place, *seen[number]))
        seen.setdefault(number, (column, place))

    assert repeated(packed(*map(str, some)), packed(*map(str, others))) == expected
