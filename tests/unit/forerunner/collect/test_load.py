"""Loads come from counters that may wrap, be reset, or be too old."""

import time
from pathlib import Path

import pytest

from forerunner.collect import load
from forerunner.model import Sample
from forerunner.store import Store
from forerunner.topology import Topology

_LINK = {"ends": ["r1", "r3"], "subnet": "10.1.13.0/30", "capacity": 1e9, "cost": 10}
_TOPOLOGY = Topology.from_data([_LINK])


def _counters(*values: float, start: float = 0.0) -> list[Sample]:
    return [
        Sample(start + second, "r1", "to-r3", "if_out_octets", value)
        for second, value in enumerate(values)
    ]


@pytest.mark.parametrize(
    ("counters", "rate"),
    [
        ((0, 125), 1000.0),
        ((0, 125, 250), 1000.0),
        ((2.0**64 - 2048, 2048), 4096 * 8.0),
        ((1e9, 0, 125), 1000.0),
    ],
)
def test_a_rate_is_in_bits_and_survives_wrap_and_reset(
    counters: tuple[float, ...], rate: float
) -> None:
    assert load.rates(_TOPOLOGY, _counters(*counters)) == {"r1>r3": rate}


@pytest.mark.parametrize("counters", [(), (5.0,), (5.0, 1.0)])
def test_what_cannot_be_told_is_left_out(counters: tuple[float, ...]) -> None:
    assert load.rates(_TOPOLOGY, _counters(*counters)) == {}


def test_a_fresh_store_answers(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.append(_counters(0, 125, start=time.time() - 2))
    assert load.directions(store, _TOPOLOGY) == {"r1>r3": pytest.approx(1000.0, rel=1e-4)}


def test_a_store_that_cannot_be_read_leaves_it_to_the_routers(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store(tmp_path)
    store.append(_counters(0, 125, start=time.time() - 2))
    for each in tmp_path.glob("*/*.parquet"):
        each.write_bytes(b"PAR1 cut")
    assert load.directions(store, _TOPOLOGY) == {}
    assert "stored loads are not known" in caplog.text


def test_an_old_counter_says_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.append(_counters(0, 125, start=time.time() - 15))
    assert load.directions(store, _TOPOLOGY, maximum_age_s=10) == {}
