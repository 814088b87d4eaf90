"""Percentiles of every series are exact, in however many parts they are taken."""

import random
import statistics
from pathlib import Path

import pytest

from forerunner.model import Sample
from forerunner.store import Store, Wanted, quantiles

NOON = 1_700_000_000.0


@pytest.fixture
def store(tmp_path: Path) -> Store:
    chance = random.Random(3)
    made = Store(tmp_path)
    made.append(
        Sample(NOON + at, f"r{host}", "eth0", "load", chance.random())
        for at in range(50)
        for host in range(7)
    )
    return made


@pytest.mark.parametrize("rows", [10, 60, 1000])
def test_they_are_exact_in_any_number_of_parts(store: Store, rows: int) -> None:
    found = quantiles(store, Wanted(metrics=["load"]), [0.5, 0.95], rows)

    assert [each.host for each in found] == [f"r{at}" for at in range(7)]
    for each in found:
        values = [sample.value for sample in store.read(hosts=[each.host])]
        p95 = statistics.quantiles(values, n=20, method="inclusive")[18]
        assert each.values == pytest.approx((statistics.median(values), p95))
        assert each.count == 50


def test_of_nothing_there_are_none(store: Store, tmp_path: Path) -> None:
    assert quantiles(store, Wanted(hosts=["r9"]), [0.5]) == []
    assert quantiles(Store(tmp_path / "none"), Wanted(), [0.5]) == []
    assert quantiles(store, Wanted(hosts=[]), [0.5]) == []
