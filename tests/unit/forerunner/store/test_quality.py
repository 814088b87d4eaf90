"""What cannot be is kept apart, and a device's telemetry is judged by what is there."""

from pathlib import Path

import pytest

from forerunner.model import Sample
from forerunner.store import Store, Terms, assess

NOW = 1_700_050_000.0
TERMS = Terms(interval_s=1.0, window_s=100.0)


def polls(host: str, *seconds: int, metric: str = "if_out_octets") -> list[Sample]:
    """Samples of two interfaces so many seconds ago."""
    return [
        Sample(NOW - ago, host, port, metric, float(1000 - ago))
        for ago in seconds
        for port in ("a", "b")
    ]


def test_each_device_stands_as_its_samples_do_and_the_worst_come_first(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.append(polls("good", *range(100)))
    store.append(polls("late", *range(11, 100)))
    store.append(polls("holes", *range(0, 100, 2)))
    store.append([*polls("odd", *range(100)), Sample(NOW - 1, "odd", "", "if_oper_status", 7.0)])
    found = assess(tmp_path, ["good", "late", "holes", "odd", "none"], TERMS, NOW)

    states = [(each.host, each.state) for each in found]
    assert states == [
        ("none", "silent"), ("late", "stale"), ("holes", "gaps"), ("odd", "wrong"), ("good", "good")
    ]  # fmt: skip
    assert found[2].complete == pytest.approx(0.5, abs=0.02)
    assert found[3].wrong == 1
    assert "none: telemetry is silent, no sample" in found[0].describe()


def test_who_has_just_been_started_has_not_been_silent_before(tmp_path: Path) -> None:
    Store(tmp_path).append(polls("new", *range(20)))
    assert [each.state for each in assess(tmp_path, ["new"], TERMS, NOW)] == ["good"]


def test_an_interface_that_is_missing_half_of_the_time_is_a_gap(tmp_path: Path) -> None:
    samples = [x for x in polls("r1", *range(100)) if x.interface == "a" or x.time > NOW - 50]
    Store(tmp_path).append(samples)
    assert [each.state for each in assess(tmp_path, ["r1"], TERMS, NOW)] == ["gaps"]


@pytest.mark.parametrize(
    ("metric", "value"),
    [
        ("if_oper_status", 2.0),
        ("if_in_octets", -1.0),
        ("if_in_errors", 2.0**33),
        ("probe_rtt_s", float("nan")),
        ("of_somebody", float("inf")),
        ("link_failure_probability", 1.5),
    ],
)
def test_a_value_that_cannot_be_is_kept_apart_and_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, metric: str, value: float
) -> None:
    good = Sample(NOW, "r1", "a", metric, 0.5)
    assert Store(tmp_path).append([good, Sample(NOW + 1, "r1", "a", metric, value)]) == 1

    assert Store(tmp_path).read() == [good]
    (apart,) = Store(tmp_path / "quarantine").read()
    assert (apart.time, apart.metric) == (NOW + 1, metric)
    assert f"1 values of {metric} are quarantined" in caplog.text


def test_of_a_metric_that_nobody_knows_every_number_is_taken(tmp_path: Path) -> None:
    assert Store(tmp_path).append([Sample(NOW, "r1", "", "celsius", -40.0)]) == 1
    assert not (tmp_path / "quarantine").exists()
