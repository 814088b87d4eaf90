"""SIM orders: how fast, how certain, and what a kill leaves behind."""

from forerunner.bench.sim.benchmark import PARTS, main

__all__ = ["PARTS", "main"]
