"""Geometry of the report's two pictures; the template only writes it down as SVG."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from forerunner.topology import Topology

WIDTH, HEIGHT, MARGIN = 920.0, 300.0, 46.0
BUCKET_S = 0.5


@dataclass(frozen=True)
class Axis:
    """A linear scale from data to pixels.

    Attributes:
        low: Data at the first pixel.
        high: Data at the last pixel.
        first: Pixel of `low`.
        last: Pixel of `high`.
    """

    low: float
    high: float
    first: float
    last: float

    def at(self, value: float) -> float:
        """Return the pixel of a value, kept inside the axis."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return round(self.first + share * (self.last - self.first), 1)

    def ticks(self, step: float) -> list[tuple[float, str]]:
        """Return (pixel, label) at every multiple of `step` within the axis."""
        first = math.ceil(self.low / step)
        last = math.floor(self.high / step)
        return [(self.at(i * step), f"{i * step:g}") for i in range(first, last + 1)]


def buckets(losses: Iterable[tuple[float, int]], horizon_s: float) -> list[tuple[float, int]]:
    """Return (start in seconds, packets lost) in steps of half a second, empty ones left out."""
    sums: dict[int, int] = {}
    for at, lost in losses:
        if lost and -2 <= at < horizon_s:
            index = math.floor(at / BUCKET_S)
            sums[index] = sums.get(index, 0) + lost
    return [(index * BUCKET_S, lost) for index, lost in sorted(sums.items())]


def time_axis(horizon_s: float) -> Axis:
    """Return the axis of seconds since the degradation began."""
    return Axis(-2.0, horizon_s, MARGIN, WIDTH - MARGIN)


def loss_axis(*series: Sequence[tuple[float, int]]) -> Axis:
    """Return the axis of packets lost in half a second, upwards."""
    highest = max((lost for points in series for _, lost in points), default=1)
    return Axis(0.0, float(max(highest, 10)), HEIGHT - MARGIN, MARGIN / 2)


def share_axis() -> Axis:
    """Return the axis of a probability, upwards."""
    return Axis(0.0, 1.0, HEIGHT - MARGIN, MARGIN / 2)


def polyline(points: Iterable[tuple[float, float]], x: Axis, y: Axis) -> str:
    """Return the `points` attribute of an SVG polyline."""
    return " ".join(f"{x.at(at)},{y.at(value)}" for at, value in points)


def places(topology: Topology, radius: float = 130.0) -> dict[str, tuple[float, float]]:
    """Return (x, y) of every router, on a circle in the order of their names."""
    routers = sorted(topology.routers)
    angles = {name: 2 * math.pi * i / len(routers) - math.pi / 2 for i, name in enumerate(routers)}
    return {
        name: (round(200 + radius * math.cos(angle), 1), round(165 + radius * math.sin(angle), 1))
        for name, angle in angles.items()
    }
