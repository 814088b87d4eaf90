"""What a failing link costs with and without the loop, on real routers."""

from forerunner.bench.loop.benchmark import main

__all__ = ["main"]
