"""What hardly ever changes tells when it does; what always changes says nothing."""

import pytest

from analytics.anomaly import Coincidence, RareChange


def _polled(polls: int, interfaces: int = 4, flapping: bool = False) -> RareChange:
    table = RareChange()
    for at in range(polls):
        for name in range(interfaces):
            state = "down" if flapping and at % 2 else "up"
            table.update("interfaces", str(name), {"state": state, "octets": at})
    return table


def test_a_change_of_what_never_changed_is_as_rare_as_its_polls_are_many() -> None:
    (change,) = _polled(100).update("interfaces", "2", {"state": "down", "octets": 99})

    assert (change.column, change.score) == ("state", pytest.approx(2.0, abs=0.01))


def test_what_changes_in_every_poll_says_nothing() -> None:
    assert _polled(100).update("interfaces", "2", {"octets": 1}) == []


def test_what_changes_now_and_then_says_less() -> None:
    rows = {flapping: _polled(100, flapping=flapping) for flapping in (True, False)}
    said = {key: each.update("interfaces", "1", {"state": "odd"}) for key, each in rows.items()}

    assert said[True] == []
    assert said[False]


def test_many_interfaces_do_not_make_a_change_rarer() -> None:
    found = [
        _polled(100, interfaces).update("interfaces", "0", {"state": "down"})[0].score
        for interfaces in (1, 30)
    ]
    assert found[0] == pytest.approx(found[1], abs=0.01)


@pytest.mark.parametrize("row", [("0", {"state": None}), ("new", {"state": "down"})])
def test_what_was_not_read_or_never_before_is_no_change(row: tuple[str, dict[str, None]]) -> None:
    assert _polled(100).update("interfaces", *row) == []


def test_too_few_polls_say_nothing() -> None:
    assert _polled(20).update("interfaces", "1", {"state": "down"}) == []


def test_columns_of_other_tables_have_nothing_in_common() -> None:
    assert _polled(100).update("neighbours", "1", {"state": "down"}) == []


def test_tables_that_speak_within_seconds_are_added_up_and_one_alone_is_not() -> None:
    together = Coincidence(span_s=30)

    assert together.update(0.0, "interfaces", 2.0) == 2.0
    assert together.update(5.0, "interfaces", 3.0) == 3.0
    assert together.update(10.0, "neighbours", 1.5) == 4.5
    assert together.update(36.0, "routes", 0.0) == 1.5
    assert together.update(90.0, "routes", 0.0) == 0.0
