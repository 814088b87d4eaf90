"""Loads are looked at before each test, and its own traffic is not taken for somebody else's."""

import asyncio
import time
from pathlib import Path

import pytest

from forerunner.collect.speed_tests.claims import Claims
from forerunner.collect.speed_tests.conduct import Limits, conduct
from forerunner.collect.speed_tests.headroom import Headroom
from forerunner.collect.speed_tests.measuring import Measurer, Site
from forerunner.collect.speed_tests.schedule import schedule
from forerunner.collect.speed_tests.wanted import SpeedTest
from forerunner.collect.speed_tests.ways import Way
from forerunner.database import Database
from forerunner.model import Sample
from forerunner.store import Store
from forerunner.topology import Topology

LINK = {"ends": ["r1", "r3"], "subnet": "10.1.13.0/30", "capacity": 1e8, "cost": 10}
TOPOLOGY = Topology.from_data([LINK])
WAY = Way(frozenset({"r1:r3"}), frozenset({"r1>r3"}), frozenset())


@pytest.fixture
def measurer(tmp_path: Path) -> Measurer:
    loads = {"r1>r3": 1e6}
    return Measurer(Site({}, {}, TOPOLOGY, loads, Headroom(), Store(tmp_path / "telemetry")))


def _carries(measurer: Measurer, bit_s: float) -> None:
    now = time.time()
    octets = [(4.0, 0.0), (0.0, 4 * bit_s / 8)]
    samples = [Sample(now - age, "r1", "to-r3", "if_out_octets", value) for age, value in octets]
    measurer.site.store.append(samples)


def test_a_link_that_filled_up_after_the_run_began_is_left_alone(
    measurer: Measurer, tmp_path: Path
) -> None:
    _carries(measurer, 7.9e7)
    slots = schedule({SpeedTest("h1", "h3", "udp", 1e7, 1): WAY})
    claims = Claims(Database(f"sqlite:///{tmp_path / 'ledger.sqlite'}"))

    (ended,) = asyncio.run(conduct(slots, claims, measurer.measure, Limits(1, 5.0)))

    assert ended.state == "skipped"
    assert "carries 79.0 Mbit/s" in ended.reason


def test_what_was_known_before_counts_where_a_test_of_ours_has_just_sent(
    measurer: Measurer,
) -> None:
    _carries(measurer, 5e7)
    measurer.sent["r1>r3"] = time.time() - 1
    assert asyncio.run(measurer.loads()) == {"r1>r3": 1e6}

    measurer.sent["r1>r3"] = time.time() - 60
    assert asyncio.run(measurer.loads()) == {"r1>r3": pytest.approx(5e7, rel=1e-3)}


def test_a_load_that_nobody_knows_any_more_is_unknown(measurer: Measurer) -> None:
    assert asyncio.run(measurer.loads()) == {}
