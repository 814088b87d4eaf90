"""Many simulated devices at once, against what else people use."""

from forerunner.bench.fleet.benchmark import PARTS, main

__all__ = ["PARTS", "main"]
