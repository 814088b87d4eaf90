"""Whether a change is foretold, admitted, applied and undone as promised."""

from forerunner.bench.change.benchmark import PARTS, main

__all__ = ["PARTS", "main"]
