"""What the network recorded: healthy where grading says so, without gaps, split by time."""

from pathlib import Path

import numpy as np
import pytest

from analytics.failure.examples import benign_case
from analytics.failure.series import BIN_S, ProbeSeries
from analytics.grade import Seen
from analytics.renewal.recorded import Stretch, healthy, split, stretches
from forerunner.model import Sample
from forerunner.store import Store
from forerunner.topology import Topology

NOW = 1_800_000_000.0
LINKS = Topology.from_data(
    [{"ends": ["r1", "r3"], "subnet": "10.1.13.0/30", "capacity": 1e9, "cost": 10}]
)


def _seen(minutes: float, dark: tuple[float, float] = (0.0, 0.0), skip: float = 0.0) -> Seen:
    """Return probes with a hole of so many seconds, and with nothing measured before `skip`."""
    time = np.arange(round(minutes * 60 / BIN_S)) * BIN_S
    lost = np.where((time >= dark[0]) & (time < dark[1]), 20, 0)
    total = np.where(time < skip, 0, 20)
    return Seen(NOW + time, lost, total, np.full(len(time), 0.0003))


def test_a_minute_before_trouble_and_the_last_are_not_healthy() -> None:
    found = healthy("r1:r3", _seen(6, dark=(200, 205)))

    minutes = found.reshape(6, -1)
    assert (minutes.all(axis=1) == minutes.any(axis=1)).all()
    assert minutes[:, 0].tolist() == [True, True, False, False, True, False]


def test_a_minute_that_was_hardly_probed_is_not_healthy() -> None:
    minutes = healthy("r1:r3", _seen(4, skip=45)).reshape(4, -1)

    assert minutes[:, 0].tolist() == [False, True, True, False]


def test_both_ways_of_a_link_become_one_stretch_up_to_each_gap(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.append([*_samples(0, 400), *_samples(460, 900), *_samples(1000, 1100)])

    found = stretches(store, LINKS, NOW + 1200)

    assert [(each.begin - NOW, len(each.series)) for each in found] == [
        (pytest.approx(0), 4000),
        (pytest.approx(460), 4400),
    ], "the third is too short"
    assert found[0].series.lost_forward.sum() == 4000
    assert found[0].series.lost_backward.sum() == 0


def test_only_the_newest_time_is_read(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.append(_samples(0, 900))

    (found,) = stretches(store, LINKS, NOW + 900, most_s=400)

    assert len(found.series) == pytest.approx(4000, abs=2)


def test_time_is_split_and_not_links() -> None:
    series = benign_case(1, 600.0).series
    good = np.ones(len(series), bool)
    both = [Stretch(link, NOW, series, good) for link in ("r1:r3", "r2:r4")]

    before, after = split(both, 0.75)

    assert [(x.link, len(x.series)) for x in before] == [("r1:r3", 4500), ("r2:r4", 4500)]
    assert [(x.begin - NOW, len(x.series)) for x in after] == [(pytest.approx(450), 1500)] * 2
    assert (after[0].series.sent == series.sent[4500:]).all()
    assert split([], 0.75) == ([], [])


def _samples(begin: int, end: int) -> list[Sample]:
    link = LINKS.links[0]
    there, back = link.directions
    found = []
    for at in range(round(begin / BIN_S), round(end / BIN_S)):
        time = NOW + (at + 1) * BIN_S
        found += [
            Sample(time, there.host, there.interface, "probe_sent", 10.0),
            Sample(time, there.host, there.interface, "probe_lost", 1.0),
            Sample(time, back.host, back.interface, "probe_sent", 9.0),
            Sample(time, back.host, back.interface, "probe_lost", 0.0),
            Sample(time, there.host, there.interface, "probe_rtt_s", 0.0003),
        ]
    return found


def test_a_series_is_what_the_ends_said(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.append(_samples(0, 400))

    (found,) = stretches(store, LINKS, NOW + 400)

    expected = ProbeSeries(*(np.array([x]) for x in (10, 1, 9, 0, 0.0003)))
    assert {name: column[0] for name, column in vars(found.series).items()} == {
        name: column[0] for name, column in vars(expected).items()
    }
