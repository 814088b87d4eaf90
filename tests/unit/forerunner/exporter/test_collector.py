"""Parts are read now and then, none is waited for long, and a failure is told as one."""

import threading
import time
from collections.abc import Iterator, Sequence

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric

from forerunner.exporter.collector import Pace, Read, StateCollector
from forerunner.exporter.families import MOST_SERIES, gauge, single


@pytest.fixture
def hanging() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def _registry(read: Read, **pace: float) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(StateCollector({"good": _good, "other": read}, Pace(**pace)))
    return registry


def _good() -> Sequence[Metric]:
    return [single("good", "Always there.", 1)]


def _value(registry: CollectorRegistry, name: str, **labels: str) -> float | None:
    return registry.get_sample_value(f"forerunner_{name}", labels)


def test_a_part_that_fails_is_down_and_none_of_its_metrics_is_zero() -> None:
    answers: list[list[Metric]] = [[single("other", "Sometimes there.", 7)]]
    registry = _registry(answers.pop, refresh_s=0.0)

    assert _value(registry, "other") == 7.0
    assert _value(registry, "other") is None
    assert _value(registry, "part_up", part="other") == 0.0
    assert _value(registry, "up") == 0.0
    assert _value(registry, "good") == 1.0
    assert _value(registry, "scrape_errors_total", part="other") == 5.0


def test_a_failure_is_logged_once_and_so_is_its_end(caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> Sequence[Metric]:
        raise OSError(next(reasons))

    reasons = iter(["torn", "torn"])
    registry = _registry(fail, refresh_s=0.0)
    for _ in range(2):
        generate_latest(registry)

    assert [row.message for row in caplog.records] == ["other cannot be read: OSError: torn"]


def test_a_part_that_hangs_delays_nobody_and_is_down(hanging: threading.Event) -> None:
    def hang() -> Sequence[Metric]:
        hanging.wait(30)
        return [single("other", "Late.", 7)]

    registry = _registry(hang, patience_s=0.1)
    begun = time.monotonic()

    assert (_value(registry, "good"), _value(registry, "part_up", part="other")) == (1.0, 0.0)
    assert time.monotonic() - begun < 1.0


def test_a_part_that_comes_to_hang_is_down_when_what_it_gave_is_old(
    hanging: threading.Event,
) -> None:
    first = [True]

    def hang() -> Sequence[Metric]:
        if not first:
            hanging.wait(30)
        first.clear()
        return [single("other", "There.", 7)]

    registry = _registry(hang, refresh_s=0.0, patience_s=0.05, late_s=0.3)

    assert _value(registry, "other") == 7.0
    assert _value(registry, "other") == 7.0
    time.sleep(0.4)
    assert (_value(registry, "other"), _value(registry, "part_up", part="other")) == (None, 0.0)


def test_many_scrapes_at_once_are_one_reading() -> None:
    reads: list[int] = []

    def read() -> Sequence[Metric]:
        reads.append(1)
        return []

    registry = _registry(read, refresh_s=60.0)
    threads = [threading.Thread(target=generate_latest, args=(registry,)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(reads) == 1


def test_a_metric_has_only_so_many_series() -> None:
    many = gauge("many", "Many.", ["host"], {(f"h{n}",): n for n in range(MOST_SERIES + 10)})

    assert len(many.samples) == MOST_SERIES
