"""The tests that are wanted are checked before anything is touched."""

from typing import Any

import pytest

from forerunner.collect.speed_tests.wanted import PING_RATE, Caps, SpeedTest, wanted_from_data
from forerunner.errors import InvalidData

CAPS = Caps(rate=100e6, duration_s=30)
TCP = {"source": "h1", "target": "h2", "protocol": "tcp", "rate": 50_000_000, "duration": 5}
PING = {"source": "h1", "target": "h2", "protocol": "ping", "duration": 5}


def wanted(*data: Any) -> list[SpeedTest]:
    return wanted_from_data(list(data), ["h1", "h2"], CAPS, "speed_test_tests")


def test_tests_come_as_they_are_meant() -> None:
    assert wanted(TCP, PING) == [
        SpeedTest("h1", "h2", "tcp", 50e6, 5),
        SpeedTest("h1", "h2", "ping", PING_RATE, 5),
    ]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (TCP | {"target": "h9"}, r"\[0\]\.target: 'h9' is no probe host; there is h1, h2"),
        (TCP | {"target": "h1"}, r"\[0\]\.target: it is the source, too"),
        (TCP | {"rate": 100_000_001}, r"\[0\]\.rate: 100000001 is above the cap, 100000000 bit/s"),
        (TCP | {"duration": 31}, r"\[0\]\.duration: 31 is above the cap, 30 s"),
        (TCP | {"duration": 0}, r"\[0\]\.duration: 0 is less than the minimum"),
        (TCP | {"duration": 1.5}, r"\[0\]\.duration: 1.5 is not of type 'integer'"),
        (TCP | {"rate": "1M; id"}, r"\[0\]\.rate"),
        (TCP | {"source": "$(id)"}, r"\[0\]\.source"),
        (TCP | {"source": "-h"}, r"\[0\]\.source"),
        (TCP | {"protocol": "sctp"}, r"\[0\]\.protocol"),
        (TCP | {"more": 1}, r"'more' was unexpected"),
        ({k: v for k, v in TCP.items() if k != "rate"}, r"\[0\]\.rate: it is missing"),
        (PING | {"rate": 8000}, r"\[0\]\.rate: a ping has its own"),
    ],
)
def test_what_does_not_fit_is_refused_by_field_and_reason(data: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidData, match=f"speed_test_tests: .*{said}"):
        wanted(data)


def test_a_test_that_stands_there_twice_is_refused() -> None:
    with pytest.raises(InvalidData, match="h1>h2 tcp: it stands there twice"):
        wanted(TCP, TCP | {"rate": 8000})


def test_none_at_all_is_refused() -> None:
    with pytest.raises(InvalidData, match="should be non-empty"):
        wanted()
