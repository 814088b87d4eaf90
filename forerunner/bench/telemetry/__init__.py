"""From the wire to the store and out of it, and what a kill leaves behind."""

from forerunner.bench.telemetry.benchmark import PARTS, main

__all__ = ["PARTS", "main"]
