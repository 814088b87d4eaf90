"""The monitor is the model, interval by interval, with a memory for flaps."""

import time

import numpy as np
import pytest

from analytics.failure.examples import benign_case, fault_case
from analytics.failure.model import LinkFailureModel
from analytics.failure.monitor import LinkMonitor, debounced
from analytics.failure.series import ProbeSeries
from analytics.failure.simulate import Surroundings
from forerunner.model import ProbeBin


def feed(monitor: LinkMonitor, start: float, seconds: float, lost: int) -> float:
    """Feed intervals that lose `lost` of ten packets each way; return the time after them."""
    for index in range(round(seconds * 10)):
        now = start + (index + 1) * 0.1
        back = 10 - lost
        rtt_s = 0.0003 if back else 0.0
        monitor.update(ProbeBin(now, monitor.link, 10, lost, back, min(back, lost), rtt_s))
    return start + seconds


@pytest.mark.parametrize("kind", ["linear", "bursty", "flapping"])
def test_the_monitor_and_the_replay_give_the_same_probability(
    model: LinkFailureModel, kind: str
) -> None:
    series = fault_case(kind, 4).series
    monitor = LinkMonitor(model, "r1:r3")
    online = [monitor.update(probed).probability for probed in series.bins("r1:r3")]
    np.testing.assert_allclose(online, debounced(model, series), rtol=0, atol=1e-12)


def test_an_update_takes_less_than_a_millisecond(model: LinkFailureModel) -> None:
    monitor = LinkMonitor(model, "r1:r3")
    bins = list(fault_case("linear", 4).series.bins("r1:r3"))
    started = time.process_time()
    for probed in bins:
        monitor.update(probed)
    assert (time.process_time() - started) / len(bins) < 0.001


def test_a_likely_failure_comes_with_lead_time_and_evidence(model: LinkFailureModel) -> None:
    monitor = LinkMonitor(model, "r1:r3")
    now = feed(monitor, 0.0, 60, lost=0)
    feed(monitor, now, 5, lost=2)
    probed = ProbeBin(65.1, "r1:r3", 10, 2, 8, 2, 0.0003)
    assessment = monitor.update(probed)
    assert assessment.probability > 0.9
    assert 0 <= assessment.lead_time_s <= 60
    assert assessment.evidence
    assert all(added > 0 for added in assessment.evidence.values())


def test_a_link_is_healthy_from_its_last_bad_interval_on(model: LinkFailureModel) -> None:
    monitor = LinkMonitor(model, "r1:r3")
    assert monitor.healthy_for_s(0.0) == 0.0
    now = feed(monitor, 0.0, 30, lost=0)
    assert monitor.healthy_for_s(now) == pytest.approx(30, abs=0.2)
    now = feed(monitor, now, 5, lost=10)
    assert monitor.healthy_for_s(now) == pytest.approx(0, abs=0.01)


def test_each_relapse_doubles_the_hold_up_to_its_maximum(model: LinkFailureModel) -> None:
    monitor = LinkMonitor(model, "r1:r3", hold_s=20, hold_factor=2, maximum_hold_s=100)
    now, holds = 0.0, []
    for _ in range(5):
        now = feed(monitor, now, 90, lost=0)
        now = feed(monitor, now, 6, lost=10)
        holds.append(monitor.required_hold_s)
    assert holds == [20, 40, 80, 100, 100]


def test_a_stretch_that_was_not_watched_was_not_healthy(model: LinkFailureModel) -> None:
    monitor = LinkMonitor(model, "r1:r3")
    now = feed(monitor, 0.0, 30, lost=0)
    assert monitor.healthy_for_s(now + 60) == 0.0
    now = feed(monitor, now + 60, 5, lost=0)
    assert monitor.healthy_for_s(now) == pytest.approx(5, abs=0.2)


@pytest.mark.parametrize("packets", [0, 2, 4, 25])
def test_it_abstains_at_a_rate_that_it_has_not_learned(
    model: LinkFailureModel, packets: int
) -> None:
    around = Surroundings(packets=packets, stray_loss=0.2)
    series = benign_case(4, 60.0, around).series
    monitor = LinkMonitor(model, "r1:r3")
    said = [monitor.update(probed) for probed in series.bins("r1:r3")]

    assert all(each.abstains and each.probability == 0.0 for each in said)
    assert not debounced(model, series).any()
    assert monitor.healthy_for_s(monitor._time) == 0.0


def test_the_replay_abstains_where_the_monitor_does(model: LinkFailureModel) -> None:
    rates = [benign_case(4, 30.0, Surroundings(packets=each)).series for each in (10, 2, 10)]
    columns = (np.concatenate([getattr(x, name) for x in rates]) for name in vars(rates[0]))
    series = ProbeSeries(*columns)
    monitor = LinkMonitor(model, "r1:r3")
    said = [monitor.update(probed) for probed in series.bins("r1:r3")]

    assert 0.2 < np.mean([each.abstains for each in said]) < 0.5
    np.testing.assert_allclose(
        [each.probability for each in said], debounced(model, series), rtol=0, atol=1e-12
    )


def test_a_slow_second_is_no_new_rate_and_a_usual_one_ends_the_silence(
    model: LinkFailureModel,
) -> None:
    monitor = LinkMonitor(model, "r1:r3")
    now = feed(monitor, 0.0, 10, lost=0)
    slow = [monitor.update(ProbeBin(now + at / 10, "r1:r3", 1, 0, 1, 0, 0.0003)) for at in (1, 20)]
    assert not any(each.abstains for each in slow)
    starved = [
        monitor.update(ProbeBin(now + 2 + at / 10, "r1:r3", 0, 0, 0, 0, 0.0)) for at in range(100)
    ]
    assert starved[-1].abstains
    feed(monitor, now + 12, 10, lost=0)
    assert not monitor.update(ProbeBin(now + 22.1, "r1:r3", 10, 0, 10, 0, 0.0003)).abstains
