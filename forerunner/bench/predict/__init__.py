"""Predictions on data that nobody here wrote, beside a baseline and the strongest library."""

from forerunner.bench.predict.benchmark import PARTS, main

__all__ = ["PARTS", "main"]
