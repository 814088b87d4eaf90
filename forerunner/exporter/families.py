"""Families of metrics out of plain values, with labels that cannot grow without end."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

MOST_SERIES = 5000
"""So many hosts or links of one metric at the most; what is beyond is left out."""
OTHER = "other"
# By the labels' values: one as it is, several as a tuple. A mapping's keys are invariant, and
# Literals, so that no narrower type takes what parts count by.
Values = Mapping[Any, float]


def counter(name: str, text: str, labels: Sequence[str], values: Values) -> Metric:
    """Return a counter; its `_total` is added.

    Args:
        name: Without `forerunner_` and `_total`.
        text: What it counts.
        labels: Their names.
        values: By the labels' values.
    """
    return _filled(CounterMetricFamily(f"forerunner_{name}", text, labels=labels), values)


def gauge(name: str, text: str, labels: Sequence[str], values: Values) -> Metric:
    """Return a gauge; as `counter`."""
    return _filled(GaugeMetricFamily(f"forerunner_{name}", text, labels=labels), values)


def single(name: str, text: str, value: float) -> Metric:
    """Return a gauge without labels."""
    return GaugeMetricFamily(f"forerunner_{name}", text, value=value)


def bounded(name: str, known: Collection[str]) -> str:
    """Return a label's value where it is one of the known, else `other`."""
    return name if name in known else OTHER


def summed(pairs: Iterable[tuple[tuple[str, ...], float]]) -> dict[tuple[str, ...], float]:
    """Return the sums of values by their labels."""
    sums: dict[tuple[str, ...], float] = {}
    for labels, value in pairs:
        sums[labels] = sums.get(labels, 0.0) + value
    return sums


def _filled(family: GaugeMetricFamily | CounterMetricFamily, values: Values) -> Metric:
    for labels, value in sorted(values.items())[:MOST_SERIES]:
        family.add_metric([labels] if isinstance(labels, str) else list(labels), value)
    return family
