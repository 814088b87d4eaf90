"""Numbers are had by one order at a time, however many ask at once."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forerunner.database import Database, Execute
from forerunner.orders.allocation import Interval, forget, free, give_back, intervals, take
from forerunner.orders.book import Book
from forerunner.orders.errors import NumbersTaken

POOL = Interval("msisdn", 1000, 1999)


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(Database(f"sqlite:///{tmp_path / 'ledger.sqlite'}"))


def taken(book: Book) -> list[tuple[int, int, str]]:
    query = "SELECT first, last, state FROM sim_numbers ORDER BY kind, first"
    return [(a, b, str(c)) for a, b, c in book.transact(lambda execute: execute(query))]


def numbers(first: int, last: int) -> list[Interval]:
    return [Interval("msisdn", first, last)]


@pytest.mark.parametrize(("first", "last"), [(10, 20), (5, 10), (20, 30), (12, 13), (1, 99)])
def test_what_one_order_has_another_does_not_get(book: Book, first: int, last: int) -> None:
    book.transact(lambda execute: take(execute, "a", numbers(10, 20), 0))

    with pytest.raises(NumbersTaken, match="taken by order a"):
        book.transact(lambda execute: take(execute, "b", numbers(first, last), 0))


def test_an_order_that_begins_again_has_what_it_had(book: Book) -> None:
    for _ in range(2):
        book.transact(lambda execute: take(execute, "a", numbers(10, 20), 0))

    assert taken(book) == [(10, 20, "taken")]


def test_neighbours_do_not_stand_in_each_others_way(book: Book) -> None:
    book.transact(lambda execute: take(execute, "a", numbers(10, 20), 0))
    book.transact(lambda execute: take(execute, "b", numbers(21, 30) + numbers(1, 9), 0))

    assert len(taken(book)) == 3


def test_all_or_none_is_taken(book: Book) -> None:
    book.transact(lambda execute: take(execute, "a", numbers(10, 20), 0))
    with pytest.raises(NumbersTaken):
        book.transact(lambda execute: take(execute, "b", numbers(30, 40) + numbers(15, 16), 0))

    assert taken(book) == [(10, 20, "taken")]


def test_what_is_given_back_is_in_quarantine_and_then_free(book: Book) -> None:
    book.transact(lambda execute: take(execute, "a", numbers(10, 20), 0))
    book.transact(lambda execute: give_back(execute, numbers(12, 13), "t", 100.0))

    assert taken(book) == [(10, 11, "taken"), (12, 13, "quarantine"), (14, 20, "taken")]
    with pytest.raises(NumbersTaken, match="quarantine until 1970-01-01 00:01 UTC"):
        book.transact(lambda execute: take(execute, "b", numbers(13, 13), 99.0))
    book.transact(lambda execute: take(execute, "b", numbers(13, 13), 100.0))


def test_what_was_never_in_service_is_free_at_once(book: Book) -> None:
    book.transact(lambda execute: take(execute, "a", numbers(10, 20), 0))
    book.transact(lambda execute: forget(execute, "a"))

    assert taken(book) == []


def test_a_pool_gives_its_first_free_numbers(book: Book) -> None:
    book.transact(lambda execute: take(execute, "a", numbers(1005, 1009), 0))

    found = book.transact(lambda execute: free(execute, POOL, 10, 0))

    assert found == [Interval("msisdn", 1000, 1004), Interval("msisdn", 1010, 1014)]


def test_a_pool_says_what_it_has(book: Book) -> None:
    book.transact(lambda execute: take(execute, "a", numbers(1000, 1989), 0))

    with pytest.raises(NumbersTaken, match="has 10 free numbers, and 11 are wanted"):
        book.transact(lambda execute: free(execute, POOL, 11, 0))


@given(st.lists(st.integers(0, 60)))
def test_intervals_hold_what_they_were_made_of(some: list[int]) -> None:
    made = intervals("imsi", some)

    assert [n for each in made for n in range(each.first, each.last + 1)] == sorted(set(some))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.integers(0, 30), st.integers(0, 8), st.booleans()),
        max_size=12,
    )
)
def test_no_number_is_ever_anybody_elses(
    tmp_path_factory: pytest.TempPathFactory, acts: list[tuple[str, int, int, bool]]
) -> None:
    path = tmp_path_factory.mktemp("ledger") / "ledger.sqlite"
    book, owned = Book(Database(f"sqlite:///{path}")), dict[int, str]()
    for order, first, more, giving in acts:
        some = numbers(first, first + more)
        span = range(first, first + more + 1)
        if giving:
            book.transact(lambda execute, some=some: give_back(execute, some, "t", None))
            owned = {n: who for n, who in owned.items() if n not in span}
            continue
        try:
            book.transact(lambda execute, order=order, some=some: take(execute, order, some, 0))
        except NumbersTaken:
            assert any(n in owned for n in span)
        else:
            owned |= dict.fromkeys(span, order)
    held = [n for first, last, _ in taken(book) for n in range(first, last + 1)]
    assert held == sorted(owned)


def _ask(url: str, order: str) -> list[Interval]:
    def act(execute: Execute) -> list[Interval]:
        found = free(execute, POOL, 50, 0)
        take(execute, order, found, 0)
        return found

    return Book(Database(url)).transact(act)


@pytest.fixture
def askers() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(4) as pool:
        yield pool


def test_orders_that_ask_at_once_never_overlap(tmp_path: Path, askers: ProcessPoolExecutor) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    asked = [askers.submit(_ask, url, f"order-{number}") for number in range(12)]
    had = [n for each in asked for x in each.result() for n in range(x.first, x.last + 1)]

    assert len(had) == len(set(had)) == 600
